import { fileURLToPath } from "node:url";
import type { InputAudioTrack } from "mediabunny";
import { joined } from "../../realtime/common/joined.ts";
import { recognizerBusy } from "../recognizers/recognizer.ts";
import { Pool } from "../recognizers/pool.ts";
import {
  type AacShape,
  aacShape,
  ADTS_HEAD,
  ADTS_MOST,
  adtsHead,
  FRAME,
  UNKNOWN,
} from "./aac-frames.ts";
import { give, planesOf, stop } from "./decoder-output.ts";
import { audioBroken, audioTooLong } from "./errors.ts";
import { Samples } from "./samples.ts";

export interface AacOptions {
  maxSeconds: number;
  signal: AbortSignal;
}

/** Milliseconds a child has: five minutes of stereo take it five seconds of one core. */
const PATIENCE = 300_000;

/** A child takes 75 MB, and 225 MB with five minutes of stereo. */
const turns = new Pool({
  create: () => Promise.resolve(null),
  destroy: () => {},
  size: 2,
  maxWaiting: 16,
  maxWaitMs: 30_000,
  idleMs: 1_000,
  busy: recognizerBusy,
});

/**
 * Decodes AAC-LC of one or two channels, as phones record it, in a child process. Null where it is of
 * another kind, or this machine has nothing to decode it with.
 * @throws {ApiError} 413 `audio-too-long`; 422 `audio-broken`; 503 `recognizer-busy`
 */
export async function decodeAac(
  track: InputAudioTrack,
  options: AacOptions,
): Promise<Samples | null> {
  const about = (await track.getDecoderConfig())?.description;
  const shape = about && aacShape(bytesOf(about));
  if (!shape) return null;
  const { adts, skipped } = await framesOf(track, shape, options.maxSeconds);
  const lease = await turns.acquire(options.signal);
  try {
    return await heardBy(adts, skipped, shape, options);
  } finally {
    lease.release();
  }
}

/** All frames of a track, and how many samples at its beginning only warm the decoder up. */
async function framesOf(
  track: InputAudioTrack,
  shape: AacShape,
  maxSeconds: number,
) {
  const { EncodedPacketSink } = await import("mediabunny");
  const pieces: Uint8Array[] = [];
  const most = (maxSeconds + 1) * shape.rate / FRAME;
  let skipped = 0;
  for await (const packet of new EncodedPacketSink(track).packets()) {
    const { data, timestamp } = packet;
    if (data.length + ADTS_HEAD > ADTS_MOST) throw audioBroken();
    if (pieces.length === 0 && timestamp < 0) {
      skipped = Math.round(-timestamp * shape.rate);
    }
    pieces.push(adtsHead(shape, data.length), data);
    if (pieces.length / 2 > most) throw audioTooLong();
  }
  return { adts: joined(pieces), skipped };
}

async function heardBy(
  adts: Uint8Array,
  skipped: number,
  { rate, channels }: AacShape,
  { maxSeconds, signal }: AacOptions,
): Promise<Samples | null> {
  const child = spawn([rate, channels], AbortSignal.any([signal, late()]));
  if (child === null) return null;
  const given = give(child.stdin, adts);
  const samples = new Samples(rate, maxSeconds);
  let left = skipped;
  try {
    for await (const planes of planesOf(child.stdout, channels)) {
      const from = Math.min(left, planes[0].length);
      left -= from;
      samples.add(planes.map((plane) => plane.subarray(from)));
    }
  } catch (error) {
    stop(child);
    throw error;
  } finally {
    await given;
  }
  const { code } = await child.status;
  signal.throwIfAborted();
  if (code === UNKNOWN && samples.length === 0) return null;
  if (code !== 0) throw audioBroken(`AAC's decoder ended with ${code}`);
  return samples;
}

const late = () => AbortSignal.timeout(PATIENCE);

function spawn(
  sound: number[],
  signal: AbortSignal,
): Deno.ChildProcess | null {
  try {
    return new Deno.Command(Deno.execPath(), {
      args: [
        ..."run --no-prompt --no-check --quiet".split(" "),
        ..."--allow-ffi --allow-read".split(" "),
        fileURLToPath(new URL("./aac-child.ts", import.meta.url)),
        ...sound.map(String),
      ],
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
      signal,
    }).spawn();
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) return null;
    throw error;
  }
}

const bytesOf = (source: AllowSharedBufferSource): Uint8Array =>
  ArrayBuffer.isView(source)
    ? new Uint8Array(source.buffer, source.byteOffset, source.byteLength)
    : new Uint8Array(source);
