import type { Word } from "../recognizers/recognizer.ts";
import { pcmOf, speak } from "./speech.ts";

/** A stretch of speech between pauses, and the words it is. */
export interface Heard {
  words: Word[];
  /** Seconds. */
  start: number;
  end: number;
  /** Whether a pause has followed. */
  settled: boolean;
}

const RATE = 16_000;
const WINDOW = 320;

/** Loudness of speech, as the mean of absolute samples. */
const LOUD = 60;

/** Seconds of quiet that end a sentence. */
const PAUSE = 0.5;

/**
 * Recognises Flite's voice without an engine: a stretch of speech is the known sentence that takes
 * as long to say. Audio with a wrong rate, or with pieces missing, is thus not understood.
 */
export class Script {
  /** Seconds a stretch may differ from its sentence: a browser's noise filter smears the ends. */
  tolerance = 0.06;
  #sentences: { words: string[]; seconds: number }[];

  private constructor(sentences: { words: string[]; seconds: number }[]) {
    this.#sentences = sentences;
  }

  static async of(...texts: string[]): Promise<Script> {
    const sentences = [];
    for (const text of texts) {
      const [stretch] = stretches(pcmOf(await speak(text)));
      const seconds = stretch.end - stretch.start;
      sentences.push({ words: text.split(" "), seconds });
    }
    return new Script(sentences);
  }

  /** What was said in this audio, a stretch each. */
  hear(pcm: Int16Array): Heard[] {
    return stretches(pcm).map((stretch) => ({
      ...stretch,
      words: stretch.settled ? this.#match(stretch) : this.#guess(stretch),
    }));
  }

  /** The same at the end of the audio, where nothing more can follow. */
  hearAll(pcm: Int16Array): Heard[] {
    return stretches(pcm).map((stretch) => ({
      ...stretch,
      settled: true,
      words: this.#match(stretch),
    }));
  }

  #match({ start, end }: { start: number; end: number }): Word[] {
    const said = this.#sentences.find(({ seconds }) =>
      Math.abs(seconds - (end - start)) < this.tolerance
    );
    const words = said?.words ?? [];
    const each = (end - start) / words.length;
    return words.map((word, i) => ({
      word,
      start: start + i * each,
      end: start + (i + 1) * each,
      confidence: 0.9,
    }));
  }

  #guess({ start, end }: { start: number; end: number }): Word[] {
    const [{ words }] = this.#sentences;
    const count = Math.floor((end - start) / 0.3);
    return words.slice(0, count)
      .map((word) => ({ word, start, end, confidence: 0.5 }));
  }
}

function stretches(pcm: Int16Array) {
  const found: { start: number; end: number; settled: boolean }[] = [];
  for (let at = 0; at + WINDOW <= pcm.length; at += WINDOW) {
    let sum = 0;
    for (let i = at; i < at + WINDOW; i++) sum += Math.abs(pcm[i]);
    const loud = sum / WINDOW > LOUD;
    const last = found.at(-1);
    const now = at / RATE;
    if (last && !last.settled && now - last.end >= PAUSE) last.settled = true;
    if (!loud) continue;
    if (last && !last.settled) last.end = now + WINDOW / RATE;
    else found.push({ start: now, end: now + WINDOW / RATE, settled: false });
  }
  return found;
}
