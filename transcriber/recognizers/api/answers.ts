import { z } from "@hono/zod-openapi";
import type { Transcription, Word } from "../recognizer.ts";

/*
 * Servers differ in what they answer: OpenAI's newer models have text alone; whisper.cpp and
 * speaches have words inside segments, those of whisper.cpp in pieces of words; older LocalAI
 * counts nanoseconds, and its words have a `text`; vLLM has a duration that is a string.
 */

const Numeric = z.coerce.number().optional().catch(undefined);
const Piece = z.object({
  word: z.string().optional(),
  text: z.string().optional(),
  start: Numeric,
  end: Numeric,
  probability: Numeric,
}).catch({});
const Pieces = z.array(Piece).nullish().catch(null);
const Segment = z.object({
  text: z.string().catch(""),
  start: Numeric,
  end: Numeric,
  avg_logprob: Numeric,
  no_speech_prob: Numeric,
  words: Pieces,
}).catch({ text: "" });
const Answer = z.object({
  text: z.string(),
  words: Pieces,
  segments: z.array(Segment).nullish().catch(null),
});

type Answer = z.infer<typeof Answer>;
type Piece = z.infer<typeof Piece>;
type Segment = z.infer<typeof Segment>;

/** The marks Whisper puts among its words, such as `[_TT_50]` and `<|en|>`. */
const MARK = /^\s*(\[_[A-Z_0-9]+\]|<\|[^|]*\|>)\s*$/;

/** Above this likelihood of silence Whisper makes up words, unless it is sure of them. */
const SILENT = { noSpeech: 0.6, logprob: -1 };

/**
 * What a server heard; null for an answer that is none.
 * @param duration seconds of the audio, which nothing lies outside of
 */
export function readAnswer(
  body: string,
  duration: number,
): Transcription | null {
  const answer = Answer.safeParse(parsed(body));
  if (!answer.success) return null;
  const { data } = answer;
  const segments = data.segments ?? [];
  const heard = segments.filter((segment) => !isSilent(segment));
  const left = heard.length === segments.length;
  const text = oneLine(left ? data.text : heard.map((s) => s.text).join(" "));
  return {
    text,
    words: text === "" ? [] : wordsOf(data, heard, duration),
    duration,
  };
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}

const oneLine = (text: string) => text.replace(/\s+/g, " ").trim();

const isSilent = ({ no_speech_prob = 0, avg_logprob = 0 }: Segment) =>
  no_speech_prob > SILENT.noSpeech && avg_logprob < SILENT.logprob;

function wordsOf(
  { words, segments }: Answer,
  heard: Segment[],
  duration: number,
): Word[] {
  const all = segments ?? [];
  const dropped = heard.length < all.length;
  const timed = words && words.length > 0 && !dropped
    ? confident(wholeWords(words), all)
    : heard.flatMap((segment) => wordsIn(segment));
  return inside(timed, duration);
}

/** A word whose times may be missing, in whatever unit the server counts. */
interface Timed {
  word: string;
  start?: number;
  end?: number;
  confidence: number;
}

/** The words of a segment; where it has none, its text shares out its time. */
function wordsIn(segment: Segment): Timed[] {
  const confidence = confidenceOf(segment);
  const words = wholeWords(segment.words ?? []);
  if (words.length > 0 && words.every(({ start }) => start !== undefined)) {
    return words.map(({ probability, ...word }) => ({
      ...word,
      confidence: probability ?? confidence,
    }));
  }
  const { start = 0, end = start } = segment;
  const texts = oneLine(segment.text).split(" ").filter((word) => word !== "");
  const each = (end - start) / texts.length;
  return texts.map((word, i) => ({
    word,
    start: start + i * each,
    end: start + (i + 1) * each,
    confidence,
  }));
}

type Whole = Pick<Piece, "start" | "end" | "probability"> & { word: string };

/** Words from pieces: where some begin with a space, the others continue the one before. */
function wholeWords(pieces: Piece[]): Whole[] {
  const known = pieces.map((piece) => ({
    ...piece,
    word: piece.word ?? piece.text ?? "",
  })).filter(({ word }) => !MARK.test(word));
  const spaced = known.some(({ word }, i) => i > 0 && /^\s/.test(word));
  const whole: Whole[] = [];
  for (const { word, start, end, probability } of known) {
    const last = whole.at(-1);
    const continues = last && spaced && !/^\s/.test(word);
    if (continues) {
      last.word += word;
      last.end = end ?? last.end;
    } else whole.push({ word, start, end, probability });
  }
  return whole.map((word) => ({ ...word, word: oneLine(word.word) }))
    .filter(({ word }) => word !== "");
}

/** Words of the whole answer, as sure as the segment they are in. */
const confident = (words: Whole[], segments: Segment[]): Timed[] =>
  words.map(({ word, start, end, probability }) => {
    const segment = segments.find((one) =>
      (one.start ?? 0) <= (start ?? 0) && (start ?? 0) < (one.end ?? 0)
    );
    const confidence = probability ?? (segment ? confidenceOf(segment) : 1);
    return { word, start, end, confidence };
  });

const confidenceOf = ({ avg_logprob = 0 }: Segment) => Math.exp(avg_logprob);

/** Seconds that a server may count beyond the audio. */
const SLACK = 2;
const UNITS = [1, 1e3, 1e9];

/** Times in seconds, in order and inside the recording; none at all where they make no sense. */
function inside(words: Timed[], duration: number): Word[] {
  const latest = Math.max(0, ...words.map(({ end = 0 }) => end));
  const unit = UNITS.find((unit) => latest / unit <= duration + SLACK);
  const known = words.every(({ start, end }) =>
    start !== undefined && end !== undefined
  );
  if (unit === undefined || !known || latest === 0) return [];
  let before = 0;
  return words.map(({ word, start = 0, end = 0, confidence }) => {
    const from = Math.min(Math.max(start / unit, before), duration);
    before = from;
    return {
      word,
      start: Math.min(from, Math.max(0, duration - LEAST)),
      end: Math.min(Math.max(end / unit, from + LEAST), duration),
      confidence: Math.min(1, Math.max(0, confidence)),
    };
  });
}

/** Seconds a word lasts at least. */
const LEAST = 0.01;
