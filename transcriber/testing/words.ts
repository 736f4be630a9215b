import type { Word } from "../recognizers/recognizer.ts";

/** Words of a second each, every one a little less sure. */
export const wordsOf = (text: string): Word[] =>
  text.split(" ").map((word, i) => ({
    word,
    start: i,
    end: i + 1,
    confidence: 1 - i / 100,
  }));

export const textOf = (words: Word[]): string =>
  words.map(({ word }) => word).join(" ");
