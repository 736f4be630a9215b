import { ApiError } from "../http/errors.ts";
import { AUDIO_LIMITS } from "../http/limits.ts";
import { SAMPLE_RATE } from "../recognizers/recognizer.ts";
import { isBounded } from "./bounded.ts";
import { isComplete } from "./complete.ts";
import { partOf } from "./cut.ts";
import { demux } from "./demux.ts";
import {
  audioBroken,
  audioEmpty,
  audioFormat,
  audioSilent,
  audioTooLarge,
} from "./errors.ts";
import { decodeFlac } from "./flac.ts";
import { decodeWithFfmpeg, type FfmpegOptions } from "./ffmpeg.ts";
import { decodeMp3 } from "./mp3.ts";
import { remuxMp4 } from "./remux.ts";
import { isSilent, type Samples } from "./samples.ts";
import { type Format, sniff } from "./sniff.ts";
import { isPcmTag, mendWav, readWav } from "./wav.ts";

export interface DecodeOptions {
  /** Aborted when nobody waits for the result any more. */
  signal: AbortSignal;
  /** The ffmpeg to use for what we cannot decode ourselves. */
  ffmpeg?: string;
  maxSeconds?: number;
  /** Silence is a recording, too, and `silent` says that it is one. */
  allowSilence?: boolean;
}

export interface Recording {
  format: Format;
  /** Mono, 16 kHz, signed 16-bit. */
  pcm: Int16Array;
  /** Seconds. */
  duration: number;
  /** Whether its end is missing, as far as that can be told. */
  cut: boolean;
  /** Whether nobody can be speaking in it; only with `allowSilence`. */
  silent: boolean;
  /** Hertz in the header of mono Opus; undefined for everything else. */
  opusRate?: number;
}

/**
 * Turns a file a browser or a program recorded into what recognisers take. Its format is told
 * by its bytes.
 * @throws {ApiError} 400 `audio-empty`; 413 `audio-too-large`, `audio-too-long`;
 * 415 `audio-format`; 422 `audio-broken`, `audio-silent`
 */
export async function decodeAudio(
  bytes: Uint8Array,
  options: DecodeOptions,
): Promise<Recording> {
  if (bytes.length === 0) throw audioEmpty();
  if (bytes.length > AUDIO_LIMITS.bytes) throw audioTooLarge();
  const format = sniff(bytes);
  if (format === null) throw audioFormat();
  if (!isComplete(bytes, format)) throw audioBroken();
  if (!isBounded(bytes, format)) throw audioBroken();
  const part = partOf(bytes, format);
  const samples = await decodeFormat(part.bytes, format, options);
  if (samples.length === 0) throw audioBroken();
  const pcm = samples.join();
  const silent = isSilent(pcm);
  if (silent && !options.allowSilence) throw audioSilent();
  const duration = pcm.length / SAMPLE_RATE;
  const cut = part.cut || duration + ROUNDING < (part.seconds ?? 0) ||
    format === "flac" && samples.damaged;
  return { format, pcm, duration, cut, silent, opusRate: samples.opusRate };
}

/** Seconds that resampling may leave out. */
const ROUNDING = 0.02;

async function decodeFormat(
  bytes: Uint8Array,
  format: Format,
  options: DecodeOptions,
): Promise<Samples> {
  const { signal, ffmpeg: command = "ffmpeg" } = options;
  const maxSeconds = options.maxSeconds ?? AUDIO_LIMITS.seconds;
  const input = demuxable(bytes, format);
  const own = input &&
    await orBroken(signal, () => demux(input, { maxSeconds, signal }));
  if (own) return own;
  const readable = format === "mp4"
    ? await orBroken(signal, () => remuxMp4(bytes, { maxSeconds, signal }))
    : bytes;
  const how = { command, maxSeconds, signal };
  if (format === "flac") return await decodeFlacAnyhow(bytes, how);
  const mp3 = format === "mpeg" &&
    await orBroken(signal, () => decodeMp3(bytes, how));
  if (mp3) return mp3;
  return await decodeWithFfmpeg(readable, format, how);
}

/** Our own decoder needs frames that say their own rate; ffmpeg, where it is, needs not. */
async function decodeFlacAnyhow(
  bytes: Uint8Array,
  how: FfmpegOptions,
): Promise<Samples> {
  try {
    return await orBroken(how.signal, () => decodeFlac(bytes, how));
  } catch (error) {
    how.signal.throwIfAborted();
    if (!(error instanceof ApiError) || error.code !== "audio-broken") {
      throw error;
    }
    try {
      return await decodeWithFfmpeg(bytes, "flac", how);
    } catch {
      throw error;
    }
  }
}

/** A recording for our own demuxer; null when only ffmpeg may know its codec. */
function demuxable(bytes: Uint8Array, format: Format): Uint8Array | null {
  if (format === "flac" || format === "mpeg") return null;
  if (format !== "wav") return bytes;
  const head = readWav(bytes);
  if (head === null) throw audioBroken();
  if (!isPcmTag(head.tag)) return null;
  const mended = mendWav(bytes, head);
  if (mended === null) throw audioBroken();
  return mended;
}

async function orBroken<T>(
  signal: AbortSignal,
  job: () => Promise<T>,
): Promise<T> {
  try {
    return await job();
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof ApiError) throw error;
    // The demuxer has no error class for bad files: assertions and range errors mean just that.
    throw audioBroken(error);
  }
}
