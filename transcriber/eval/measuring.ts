import { decodeAudio } from "../audio/decode.ts";
import { type Recognizer, SAMPLE_RATE } from "../recognizers/recognizer.ts";
import { Stretches } from "../recognizers/stretches.ts";
import { wordErrors } from "./errors-in-words.ts";
import type { Reference } from "./recordings.ts";

/** What an engine did with all recordings. */
export interface Measured {
  engine: string;
  /** Recordings it heard, and those it failed on. */
  heard: number;
  failed: number;
  said: number;
  wrong: number;
  /** Recordings without a wrong word. */
  clean: number;
  /** Seconds of audio, and seconds it took. */
  seconds: number;
  took: number;
  /** Milliseconds from the beginning of speech to the first word, for each that was spoken live. */
  firstWords: number[];
}

/** Recordings that are also spoken live, which takes as long as they last. */
const LIVE = 10;
/** Samples of a piece, as a microphone gives them. */
const PIECE = SAMPLE_RATE / 20;

const pause = (ms: number) =>
  new Promise((go) => setTimeout(go, Math.max(0, ms)));

/** Has an engine hear every recording, whole; and some of them as if somebody spoke. */
export async function measure(
  engine: Recognizer,
  references: Reference[],
  language: string,
): Promise<Measured> {
  const { signal } = new AbortController();
  const measured: Measured = {
    engine: engine.name,
    heard: 0,
    failed: 0,
    said: 0,
    wrong: 0,
    clean: 0,
    seconds: 0,
    took: 0,
    firstWords: [],
  };
  for (const { path, said } of references) {
    const { pcm, duration } = await decodeAudio(await Deno.readFile(path), {
      signal,
      allowSilence: true,
    });
    // A model is loaded with the first recording, which is thus heard twice.
    if (measured.heard + measured.failed === 0) {
      await engine.transcribe(pcm, { language, signal }).catch(() => {});
    }
    const began = performance.now();
    let text = "";
    try {
      text = (await engine.transcribe(pcm, { language, signal })).text;
      measured.heard++;
    } catch {
      measured.failed++;
    }
    measured.took += (performance.now() - began) / 1_000;
    measured.seconds += duration;
    const errors = wordErrors(said, text);
    measured.said += errors.said;
    measured.wrong += errors.wrong;
    if (errors.wrong === 0) measured.clean++;
    if (measured.firstWords.length < LIVE) {
      const first = await firstWord(engine, pcm, language);
      if (first !== null) measured.firstWords.push(first);
    }
  }
  return measured;
}

/** Milliseconds from the first sound of speech to the first word; null when none came. */
async function firstWord(
  engine: Recognizer,
  pcm: Int16Array,
  language: string,
): Promise<number | null> {
  const gone = new AbortController();
  const first = Promise.withResolvers<number>();
  const heard = { at: 0 };
  const stream = await engine.start({
    language,
    signal: gone.signal,
    onUpdate: ({ text }) => {
      if (text === "" || heard.at > 0) return;
      heard.at = performance.now();
      first.resolve(heard.at);
    },
  });
  const ear = new Stretches();
  let spoken = 0;
  const began = performance.now();
  try {
    for (let at = 0; at < pcm.length && heard.at === 0; at += PIECE) {
      const piece = pcm.subarray(at, at + PIECE);
      // As soon as it has been said, and not before.
      await pause(
        began + (at + piece.length) / SAMPLE_RATE * 1_000 -
          performance.now(),
      );
      const said = ear.push(piece).length > 0 || ear.speaking;
      if (said && spoken === 0) {
        spoken = performance.now() - PIECE / SAMPLE_RATE * 1_000;
      }
      await stream.feed(piece);
    }
    if (heard.at === 0) await stream.finish();
  } catch {
    return null;
  } finally {
    await stream.close();
    gone.abort();
  }
  return heard.at === 0 || spoken === 0 ? null : heard.at - spoken;
}
