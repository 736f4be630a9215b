import { joined } from "../../realtime/common/joined.ts";
import { audioTooLong } from "./errors.ts";
import { mp3Frames } from "./mp3-frames.ts";
import { Samples } from "./samples.ts";

/** Seconds decoded before the event loop gets a turn. */
const STEP = 5;

let compiled: Promise<WebAssembly.Module> | undefined;

/** minimp3, without anything to reach outside its own memory. */
async function decoderOf(frames: Uint8Array) {
  const { Decoder } = await import("minimp3-wasm");
  const wasm = import.meta.resolve("minimp3-wasm/dist/decoder.opt.wasm");
  compiled ??= Deno.readFile(new URL(wasm))
    .then((bytes) => WebAssembly.compile(bytes));
  const { exports } = await WebAssembly.instantiate(await compiled, {});
  return new Decoder(exports, frames);
}

/**
 * Decodes MP3, MPEG 1, 2 and 2.5. Null where there is no frame of it. The decoder gets nothing but
 * frames whose length is known: it looks for others in a time that grows with the square of theirs.
 * @throws {ApiError} 413 `audio-too-long`
 */
export async function decodeMp3(
  bytes: Uint8Array,
  { maxSeconds, signal }: { maxSeconds: number; signal: AbortSignal },
): Promise<Samples | null> {
  const frames: Uint8Array[] = [];
  let samples: Samples | null = null;
  let seconds = 0;
  for (const { at, length, rate, samples: count } of mp3Frames(bytes)) {
    seconds += count / rate;
    // The last frame may hold no sound.
    if (seconds > maxSeconds + 1) throw audioTooLong();
    samples ??= new Samples(rate, maxSeconds);
    frames.push(bytes.subarray(at, at + length));
  }
  if (samples === null) return null;
  const decoder = await decoderOf(joined(frames));
  for (;;) {
    signal.throwIfAborted();
    const { pcm, numChannels, numSamples } = decoder.decode(STEP);
    if (numSamples === 0) return samples;
    samples.add(planes(pcm, numChannels));
    await new Promise((resolve) => setTimeout(resolve));
  }
}

/** A buffer for each channel. */
const planes = (pcm: Int16Array, channels: number): Float32Array[] =>
  Array.from({ length: channels }, (_, channel) =>
    Float32Array.from(
      { length: pcm.length / channels },
      (_, i) => pcm[i * channels + channel] / 32_768,
    ));
