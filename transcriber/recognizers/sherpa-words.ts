import type { Word } from "./recognizer.ts";
import { sentence } from "./words.ts";

/** What the package answers for a stream; times in seconds from the last reset. */
export interface SherpaResult {
  tokens: string[];
  timestamps: number[];
  /** Natural logarithms, one a token; older models have none. */
  ys_probs?: number[];
  /** Where the reset was, in seconds of the stream. */
  start_time: number;
}

/** Seconds a last token is taken to last, as only beginnings are known. */
const LAST_TOKEN = 0.2;

/**
 * Words from tokens: pieces of words, of which the first of each begins with a space or `▁`.
 * @param until seconds of audio so far, where the last word ends at the latest
 */
export function sherpaWords(result: SherpaResult, until: number): Word[] {
  const { tokens, timestamps, ys_probs = [], start_time } = result;
  const words: (Word & { probs: number[] })[] = [];
  tokens.forEach((token, i) => {
    const start = start_time + timestamps[i];
    const piece = token.replace(/^[▁ ]/, "").toLowerCase();
    const begins = words.length === 0 || /^[▁ ]/.test(token);
    const last = words.at(-1);
    if (begins) {
      if (last) last.end = start;
      words.push({ word: piece, start, end: start, confidence: 1, probs: [] });
    } else if (last) last.word += piece;
    const word = words[words.length - 1];
    word.end = Math.min(until, start + LAST_TOKEN);
    if (ys_probs[i] !== undefined) word.probs.push(ys_probs[i]);
  });
  return words.filter(({ word }) => word !== "")
    .map(({ probs, ...word }) => ({
      ...word,
      end: Math.max(word.end, word.start + 0.01),
      confidence: probs.length === 0 ? 1 : round(Math.exp(mean(probs))),
    }));
}

/** Words as a person would write them: models are trained on bare capitals. */
export const sherpaText = (words: Word[]): string =>
  sentence(
    words.map(({ word }) => word.replace(/^i(?='|$)/, "I")),
  );

const mean = (values: number[]) =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
const round = (value: number) =>
  Math.round(Math.min(1, Math.max(0, value)) * 1000) / 1000;
