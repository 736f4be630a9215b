import { deflateSync } from "node:zlib";
import type { Transcription, Word } from "../recognizers/recognizer.ts";

/** A stretch of text with its times, as subtitles show it. */
export interface Segment {
  /** Seconds. */
  start: number;
  end: number;
  text: string;
  words: Word[];
}

/** Seconds of quiet after which a new segment begins. */
const PAUSE = 0.8;
/** Seconds and characters a subtitle can be read in. */
const LONGEST = { seconds: 10, characters: 84 };

/**
 * Cuts a transcription at its pauses and sentence ends, and where it gets too long to read. The
 * texts of all segments, joined with spaces, are its text.
 */
export function segmentsOf(
  { text, words, duration }: Transcription,
): Segment[] {
  if (text === "") return [];
  const pieces = text.split(/\s+/).filter((piece) => piece !== "");
  // An engine that knows no times of words, or counts them otherwise, has one stretch of text.
  if (pieces.length !== words.length) {
    return [{ start: 0, end: duration, text, words }];
  }
  const segments: Segment[] = [];
  words.forEach((word, i) => {
    const open = segments.at(-1);
    if (open && belongs(open, word)) {
      open.text += ` ${pieces[i]}`;
      open.end = word.end;
      open.words.push(word);
    } else segments.push({ ...word, text: pieces[i], words: [word] });
  });
  return segments.map(({ start, end, text, words }) => ({
    start,
    end,
    text,
    words,
  }));
}

const belongs = (open: Segment, { word, start, end }: Word) =>
  start - open.end < PAUSE && !/[.!?。？！]$/.test(open.text) &&
  end - open.start <= LONGEST.seconds &&
  open.text.length + 1 + word.length <= LONGEST.characters;

/** A segment with everything that OpenAI's reference says it has. */
export function verboseSegment(segment: Segment, id: number, temperature = 0) {
  const { start, end, text, words } = segment;
  return {
    id,
    seek: 0,
    start: round(start),
    end: round(end),
    text: ` ${text}`, // Whisper's begin with a space
    tokens: [], // no engine here has Whisper's
    temperature,
    avg_logprob: averageLog(words),
    compression_ratio: compressionRatio(text),
    no_speech_prob: 0, // a segment is made of words that were heard
  };
}

function averageLog(words: Word[]): number {
  if (words.length === 0) return 0;
  const logs = words.map(({ confidence }) => logOf(confidence));
  return round(logs.reduce((sum, log) => sum + log, 0) / words.length);
}

/** The natural logarithm of a confidence, finite even for 0. */
export const logOf = (confidence: number): number =>
  round(Math.log(Math.max(confidence, 1e-6)));

/** How much shorter zlib makes a text: above 2.4 it repeats itself. */
function compressionRatio(text: string): number {
  const bytes = new TextEncoder().encode(text);
  return round(bytes.length / deflateSync(bytes).length);
}

/** Milliseconds are as exact as any engine is. */
export const round = (value: number): number => Math.round(value * 1000) / 1000;
