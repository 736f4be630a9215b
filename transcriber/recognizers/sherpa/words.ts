import type { Word } from "../recognizer.ts";
import { sentence } from "../words.ts";

/** What the package answers for a stream; times in seconds from the last reset. */
export interface SherpaResult {
  tokens: string[];
  timestamps: number[];
  /** Natural logarithms, one a token; older models have none. */
  ys_probs?: number[];
  /** The same of models that hear whole stretches. */
  ys_log_probs?: number[];
  /** Where the reset was, in seconds of the stream. */
  start_time?: number;
  /** The text as the model writes it. */
  text?: string;
}

/** Seconds a last token is taken to last, as only beginnings are known. */
const LAST_TOKEN = 0.2;

/**
 * Words from tokens: pieces of words, of which the first of each begins with a space or `▁`.
 * @param until seconds of audio so far, where the last word ends at the latest
 */
export function sherpaWords(result: SherpaResult, until: number): Word[] {
  const { tokens, timestamps, start_time = 0 } = result;
  const probabilities = result.ys_probs ?? result.ys_log_probs ?? [];
  const written = shoutless(tokens);
  const words: (Word & { probs: number[] })[] = [];
  written.forEach((token, i) => {
    const start = start_time + timestamps[i];
    const piece = token.replace(/^[▁ ]/, "");
    const begins = words.length === 0 || /^[▁ ]/.test(token);
    const last = words.at(-1);
    if (begins) {
      if (last) last.end = start;
      words.push({ word: piece, start, end: start, confidence: 1, probs: [] });
    } else if (last) last.word += piece;
    const word = words[words.length - 1];
    word.end = Math.min(until, start + LAST_TOKEN);
    if (probabilities[i] !== undefined) word.probs.push(probabilities[i]);
  });
  return words.filter(({ word }) => word !== "")
    .map(({ probs, ...word }) => ({
      ...word,
      end: Math.max(word.end, word.start + 0.01),
      confidence: probs.length === 0 ? 1 : round(Math.exp(mean(probs))),
    }));
}

/**
 * The words of one stretch of speech. A model that gives no times has its text shared out over the
 * stretch, by the length of its words.
 * @param seconds how long the stretch is
 */
export function stretchWords(result: SherpaResult, seconds: number): Word[] {
  const text = stretchText(result);
  const words = text === "" ? [] : text.split(/\s+/);
  const timed = result.timestamps.length === result.tokens.length
    ? sherpaWords({ ...result, start_time: 0 }, seconds)
    : [];
  // Tokens may be pieces of letters; the text is what was heard.
  if (timed.length === words.length) {
    return timed.map((word, i) => ({ ...word, word: words[i] }));
  }
  const each = seconds / words.reduce((n, { length }) => n + length + 1, 0);
  let at = 0;
  return words.map((word) => {
    const start = at;
    at += each * (word.length + 1);
    return { word, start, end: at, confidence: 1 };
  });
}

/** The text of one stretch, as the model writes it. */
export function stretchText({ text = "" }: SherpaResult): string {
  // Whisper's for sounds, and SenseVoice's for moods and events.
  const bare = text.replace(/<\|[^|]*\|>|\[[A-Z_ ]+\]/g, " ");
  const [small] = shoutless([bare]);
  const written = small === bare ? bare : small.replace(/\bi(?=['\s]|$)/g, "I");
  return written.replace(/\s+/g, " ").trim();
}

/** Pieces in small letters where a model knows capitals alone, and as they are where it knows both. */
function shoutless(pieces: string[]): string[] {
  const text = pieces.join("");
  const letters = text.replace(/[^\p{L}]/gu, "");
  const shouts = letters.length > 0 && letters === letters.toUpperCase() &&
    letters !== letters.toLowerCase();
  return shouts ? pieces.map((piece) => piece.toLowerCase()) : pieces;
}

/** Words as a person would write them, where a model writes them bare. */
export const sherpaText = (words: Word[]): string =>
  sentence(
    words.map(({ word }) => word.replace(/^i(?='|$)/, "I")),
  );

const mean = (values: number[]) =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
const round = (value: number) =>
  Math.round(Math.min(1, Math.max(0, value)) * 1000) / 1000;
