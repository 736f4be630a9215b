import { audioBroken } from "./errors.ts";
import { Samples } from "./samples.ts";

export interface WasmOptions {
  maxSeconds: number;
  signal: AbortSignal;
}

/** A decoder of wasm-audio-decoders, as far as it is used here. */
export interface WasmDecoder {
  ready: Promise<void>;
  decode(bytes: Uint8Array): Promise<Decoded> | Decoded;
  /** What it held back until it knew that no more comes. */
  flush(): Promise<Decoded> | Decoded;
  free(): void;
}

interface Decoded {
  channelData: Float32Array[];
  samplesDecoded: number;
  sampleRate: number;
  errors: unknown[];
}

/** Hertz outside which nothing is a recording of speech. */
const RATES = { min: 4_000, max: 192_000 };

/** Bytes decoded at once: as silence they are seconds, or 20 MB in eight channels at 192 kHz. */
const PIECE = 512;
/** Bytes and samples of all channels after which the event loop gets a turn. */
const TURN = { bytes: 16_384, samples: 1_000_000 };

/**
 * Decodes a stream piece by piece. `damaged`: something was left out, or there was nothing left at
 * its end.
 * @throws {ApiError} 413 `audio-too-long`; 422 `audio-broken`
 */
export async function decodeWith(
  decoder: WasmDecoder,
  bytes: Uint8Array,
  { maxSeconds, signal }: WasmOptions,
): Promise<Samples> {
  await decoder.ready;
  let samples: Samples | undefined;
  const take = (decoded: Decoded) => {
    if (!decoded.channelData[0]?.length) return false;
    const { sampleRate } = decoded;
    samples ??= new Samples(sampleRate, maxSeconds);
    const known = sampleRate >= RATES.min && sampleRate <= RATES.max;
    if (!known || samples.rate !== sampleRate) throw audioBroken();
    samples.add(decoded.channelData);
    return true;
  };
  try {
    let damaged = false;
    let bytesSince = 0;
    let samplesSince = 0;
    for (let at = 0; at < bytes.length; at += PIECE) {
      const decoded = await decoder.decode(bytes.subarray(at, at + PIECE));
      damaged ||= decoded.errors.length > 0;
      take(decoded);
      bytesSince += PIECE;
      samplesSince += decoded.samplesDecoded * decoded.channelData.length;
      if (bytesSince < TURN.bytes && samplesSince < TURN.samples) continue;
      bytesSince = samplesSince = 0;
      await new Promise((resolve) => setTimeout(resolve));
      signal.throwIfAborted();
    }
    // It holds the last frame back until it knows that no more of it comes.
    const last = await decoder.flush();
    const ended = take(last);
    if (!samples) throw audioBroken();
    samples.damaged = damaged || last.errors.length > 0 || !ended;
    return samples;
  } finally {
    decoder.free();
  }
}
