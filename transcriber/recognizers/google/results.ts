import type { protos } from "@google-cloud/speech";
import {
  type OpusOriginal,
  SAMPLE_RATE,
  type Transcription,
  type Word,
} from "../recognizer.ts";

type Config = protos.google.cloud.speech.v1.IRecognitionConfig;
type Result = protos.google.cloud.speech.v1.ISpeechRecognitionResult;
type Alternative = protos.google.cloud.speech.v1.ISpeechRecognitionAlternative;
type Duration = protos.google.protobuf.IDuration;

/** Hertz of the Opus the service takes (RecognitionConfig.AudioEncoding). */
const OPUS_RATES = [8_000, 12_000, 16_000, 24_000, 48_000];

/** Audio as it is sent, with its own description. */
export interface Sendable {
  bytes: Uint8Array;
  encoding: "LINEAR16" | "WEBM_OPUS" | "OGG_OPUS";
  sampleRateHertz: number;
  contentType: string;
}

/** 16-bit samples as bytes, little-endian as they lie in memory. */
export const bytesOf = (pcm: Int16Array): Uint8Array =>
  new Uint8Array(pcm.buffer, pcm.byteOffset, pcm.byteLength).slice();

export const linear16 = (pcm: Int16Array): Sendable => ({
  bytes: bytesOf(pcm),
  encoding: "LINEAR16",
  sampleRateHertz: SAMPLE_RATE,
  contentType: "audio/l16",
});

/** The recording as it came if the service takes such, and our own decoding of it otherwise. */
export function sendable(pcm: Int16Array, original?: OpusOriginal): Sendable {
  const untouched = original !== undefined &&
    OPUS_RATES.includes(original.sampleRate) &&
    original.bytes.length < pcm.byteLength;
  if (!untouched) return linear16(pcm);
  return {
    bytes: original.bytes,
    encoding: original.container === "webm" ? "WEBM_OPUS" : "OGG_OPUS",
    sampleRateHertz: original.sampleRate,
    contentType: `audio/${original.container}`,
  };
}

export const recognitionConfig = (
  { encoding, sampleRateHertz }: Omit<Sendable, "bytes">,
  languageCode: string,
  hints: readonly string[] = [],
): Config => ({
  encoding,
  sampleRateHertz,
  languageCode,
  enableAutomaticPunctuation: true,
  enableWordTimeOffsets: true,
  enableWordConfidence: true,
  ...(hints.length > 0 && { speechContexts: [{ phrases: [...hints] }] }),
});

/** Seconds of a protobuf duration, whose 64-bit part comes as number, string or object. */
export const secondsOf = (duration?: Duration | null): number =>
  Number(duration?.seconds ?? 0) + (duration?.nanos ?? 0) / 1e9;

/** The words of one result, `offset` seconds later. */
export function wordsOf(alternative: Alternative, offset: number): Word[] {
  return (alternative.words ?? []).map((info) => ({
    word: info.word ?? "",
    start: round(offset + secondsOf(info.startTime)),
    end: round(offset + secondsOf(info.endTime)),
    // 0 means "not given".
    confidence: toConfidence(info.confidence || alternative.confidence || 0),
  }));
}

/** A whole recording's results as one transcription. */
export function transcriptionOf(
  results: Result[],
  duration: number,
): Transcription {
  const best = results.flatMap(({ alternatives }) => alternatives?.[0] ?? []);
  return {
    text: best.map(textOf).filter((text) => text !== "").join(" "),
    words: best.flatMap((alternative) => wordsOf(alternative, 0)),
    duration,
  };
}

/** Later results begin with the space that separates them from the one before. */
export const textOf = (alternative: Alternative): string =>
  (alternative.transcript ?? "").trim();

const round = (seconds: number) => Math.round(seconds * 1000) / 1000;
const toConfidence = (value: number) =>
  Math.round(Math.min(1, Math.max(0, value)) * 1000) / 1000;
