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
 * Measured with generated sounds: a melody became "who who who" at 0.29 and a siren "and the and the"
 * at 0.48; white and brown noise, knocks, drums, a hum and chords became nothing. Clear sentences
 * were at 0.65 to 0.94, and at 0.56 to 0.60 under noise. A siren is thus not told from words heard
 * badly, which must not be lost.
 */
const UNDERSTOOD = 0.3;

/** Whether what the engine heard between two pauses is worth showing. */
export function isUnderstood(words: Word[]): boolean {
  let sure = 0, seconds = 0;
  for (const { start, end, confidence } of words) {
    sure += confidence * (end - start);
    seconds += end - start;
  }
  return sure >= UNDERSTOOD * seconds;
}

/** The words of one engine's raw segments, without silence and noise. */
export function cleanWords(segments: Word[]): Word[] {
  return segments.flatMap((segment) => {
    const word = cleanWord(segment.word);
    return word === null ? [] : [{ ...segment, word }];
  });
}
