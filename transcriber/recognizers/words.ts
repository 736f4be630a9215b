import type { Word } from "./recognizer.ts";

/**
 * A word as a person would write it, or null for what is none. PocketSphinx marks pronunciations
 * (`hello(2)`), silence (`<sil>`) and noise (`[NOISE]`, `++UH++`) in the same place as words.
 */
export function cleanWord(raw: string): string | null {
  if (raw === "" || /^[<[+]/.test(raw)) return null;
  const word = raw.replace(/\(\d+\)$/, "");
  return /^i('|$)/.test(word) ? `I${word.slice(1)}` : word;
}

/** Joins the words between two pauses to a text that begins with a capital letter. */
export function sentence(words: string[]): string {
  const text = words.join(" ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/**
 * The mean confidence, over the time they take, below which PocketSphinx heard no words but noise.
 * Measured with 51 generated sounds: 33 became nothing, five became words below this, such as a
 * melody "they are or are are they" at 0.299. Clear sentences were at 0.37 to 0.96.
 */
const UNDERSTOOD = 0.3;

/**
 * The same where hardly a word is said once. A wail became "and who who who who" at 0.38; six and more
 * words that somebody really repeated were at 0.69 to 1.
 */
const REPEATED = 0.6;
/** Words from which on they are many. */
const MANY = 6;

/**
 * Seconds no word lasts: the longest of 44 spoken sentences, slow ones among them, took 0.9. Noise that
 * swells and ebbs became one "up" of 4.8 at a confidence of 0.98.
 */
const LONGEST = 2;

/**
 * Whether what the engine heard between two pauses is worth showing, by how sure it is. It is as sure of
 * some fans and chords as of clear words: those are told by their loudness, in loudness.ts.
 */
export function isUnderstood(words: Word[]): boolean {
  let sure = 0, seconds = 0;
  for (const { start, end, confidence } of words) {
    const length = end - start;
    if (length <= LONGEST) sure += confidence * length;
    seconds += length;
  }
  const different = new Set(words.map(({ word }) => word)).size;
  const repeats = words.length >= MANY && different <= words.length / 2;
  return sure >= (repeats ? REPEATED : UNDERSTOOD) * seconds;
}

/** The words of one engine's raw segments, without silence and noise. */
export function cleanWords(segments: Word[]): Word[] {
  return segments.flatMap((segment) => {
    const word = cleanWord(segment.word);
    return word === null ? [] : [{ ...segment, word }];
  });
}
