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

/** The words of one engine's raw segments, without silence and noise. */
export function cleanWords(segments: Word[]): Word[] {
  return segments.flatMap((segment) => {
    const word = cleanWord(segment.word);
    return word === null ? [] : [{ ...segment, word }];
  });
}
