/** What the transcriber says of a recording. */
import { z } from "zod";
import {
  LIMITS,
  type SpokenWord,
  type Voice,
} from "../../realtime/protocol.ts";

/** What KV keeps of the words of one voice note: characters of their JSON, of 64 KB a value may have. */
const WORDS_LENGTH = 40_000;

const duration = z.number().min(0);
const peaks = z.array(z.int().min(0).max(100)).max(LIMITS.peaks);

export const Transcript = z.object({
  text: z.string(),
  words: z.array(z.object({
    word: z.string(),
    start: z.number(),
    end: z.number(),
    confidence: z.number(),
  })),
  duration: duration.optional(),
  cut: z.boolean().optional(),
  clip: z.string().optional(),
  peaks: peaks.optional(),
});
export type Transcript = z.infer<typeof Transcript>;

/** A failure; with a clip the recording was kept all the same. */
export const Failure = z.object({
  error: z.object({
    code: z.string(),
    message: z.string(),
    clip: z.string().optional(),
    duration: duration.optional(),
    peaks: peaks.optional(),
  }),
});

const inMs = (seconds: number): number =>
  Math.max(0, Math.round(seconds * 1_000));

/** The words of a recording as a message keeps them: as many as it may. */
export function wordsIn({ words }: Pick<Transcript, "words">): SpokenWord[] {
  const kept: SpokenWord[] = [];
  let length = 0;
  for (const { word, start, end } of words.slice(0, LIMITS.words)) {
    const text = word.slice(0, LIMITS.wordLength).toWellFormed();
    if (text === "") continue;
    const one: SpokenWord = [text, inMs(start), inMs(end)];
    length += JSON.stringify(one).length + 1;
    if (length > WORDS_LENGTH) break;
    kept.push(one);
  }
  return kept;
}

/** What a message says of a voice note. */
export const voiceOf = (
  { clip, duration, peaks, words }: {
    clip: string;
    duration?: number;
    peaks?: number[];
    words?: SpokenWord[];
  },
): Voice => ({
  clip,
  ...(duration !== undefined && { ms: inMs(duration) }),
  ...(peaks && { peaks }),
  ...(words && words.length > 0 && { words }),
});

/** The text of a message, of what was heard: its end is left out where it is too long. */
export function contentOf(text: string): string {
  const said = text.trim();
  if (said.length <= LIMITS.contentLength) return said;
  return `${said.slice(0, LIMITS.contentLength - 1).toWellFormed()}…`;
}
