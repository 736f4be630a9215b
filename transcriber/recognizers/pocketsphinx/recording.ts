import type { Decoder } from "./decoder.ts";
import { notUnderstood, SAMPLE_RATE, type Word } from "../recognizer.ts";
import { Loudness } from "../loudness.ts";
import { cleanWords, isUnderstood } from "../words.ts";

/** Samples after which the end of a pause is looked for. */
const STEP = SAMPLE_RATE / 10;

/** Samples before speech was noticed that belong to it: the engine waits for 0.1 s of it. */
const LEAD = SAMPLE_RATE * 0.3;

/** Samples after which an utterance is settled even though the speaker has not paused. */
const LONGEST = SAMPLE_RATE * 30;

/**
 * Recognises a recording, one list of words for each stretch between the speaker's pauses. Each is
 * given to the decoder as a whole, so that the mean it takes from sounds is that of this stretch and
 * of nothing before.
 * @param assertWanted throws when nobody waits any more
 * @throws {ApiError} 422 `audio-not-understood` when there is sound, but hardly words
 */
export async function recogniseRecording(
  decoder: Decoder,
  pcm: Int16Array,
  assertWanted: () => void,
): Promise<Word[][]> {
  const sentences: Word[][] = [];
  let doubted = false;
  for (const [from, to] of await stretches(decoder, pcm, assertWanted)) {
    assertWanted();
    decoder.forget();
    decoder.beginUtterance();
    const stretch = pcm.subarray(from, to);
    const loudness = new Loudness();
    loudness.take(stretch);
    await decoder.process(stretch, { whole: true });
    await decoder.endUtterance();
    const words = cleanWords(await decoder.segments());
    const offset = from / SAMPLE_RATE;
    if (words.length === 0) continue;
    if (!isUnderstood(words) || !loudness.isOfSpeech(words)) {
      doubted = true;
      continue;
    }
    sentences.push(words.map((word) => ({
      ...word,
      start: hundredths(word.start + offset),
      end: hundredths(Math.min(word.end + offset, pcm.length / SAMPLE_RATE)),
    })));
  }
  if (doubted && sentences.length === 0) throw notUnderstood();
  return sentences;
}

/** Where somebody speaks, by the engine's own ear, which does not search for words here. */
async function stretches(
  decoder: Decoder,
  pcm: Int16Array,
  assertWanted: () => void,
): Promise<[from: number, to: number][]> {
  const found: [number, number][] = [];
  let from: number | null = null;
  let last = 0;
  decoder.forget();
  decoder.beginUtterance();
  for (let at = 0; at < pcm.length; at += STEP) {
    assertWanted();
    await decoder.process(pcm.subarray(at, at + STEP), { search: false });
    const end = Math.min(at + STEP, pcm.length);
    const speaks = decoder.inSpeech();
    if (speaks) from ??= Math.max(last, at - LEAD);
    if (from === null || speaks && end - from < LONGEST) continue;
    found.push([from, end]);
    last = end;
    from = null;
  }
  await decoder.endUtterance();
  if (from !== null) found.push([from, pcm.length]);
  return found;
}

const hundredths = (seconds: number) => Math.round(seconds * 100) / 100;
