import { SAMPLE_RATE } from "../recognizers/recognizer.ts";
import { audioTooLong } from "./errors.ts";
import { Resampler } from "./resample.ts";

/**
 * Channels cancel each other when their mean has less than this part of the loudest one's energy,
 * −12 dB. One channel alone gives a quarter, two that differ give half.
 */
const CANCELLED = 1 / 16;

/** Collects decoded audio at 16 kHz, and stops whoever decodes when it gets too long. */
export class Samples {
  /** Hertz of what is added. */
  readonly rate: number;
  /** Hertz a mono Opus recording says it has; others have none. */
  opusRate?: number;
  /** Whether the decoder left out what it could not read, as far as it says so. */
  damaged = false;
  #tracks: Track[] = [];
  #length = 0;
  #maxLength: number;

  /** @param maxSeconds how much audio is accepted */
  constructor(rate: number, maxSeconds: number) {
    this.rate = rate;
    this.#maxLength = rate * maxSeconds;
  }

  get length(): number {
    return this.#length;
  }

  /**
   * Adds one buffer a channel.
   * @throws {ApiError} 413 `audio-too-long`
   */
  add(channels: Float32Array[]): void {
    this.#length += channels[0].length;
    if (this.#length > this.#maxLength) throw audioTooLong();
    // Only two channels can be the two wires of one microphone.
    const kept = channels.length === 2 ? channels : [mix(channels)];
    kept.forEach((channel, at) =>
      (this.#tracks[at] ??= new Track(this.rate)).add(channel)
    );
  }

  /**
   * All of it, mono, 16 kHz, signed 16-bit: the mean of all channels, or the loudest where they cancel
   * each other, as with a microphone that has one wire reversed. Nothing may be added after.
   */
  join(): Int16Array {
    const [one, other] = this.#tracks.map((track) => track.join());
    if (!other) return one ?? new Int16Array();
    const mean = one.map((value, i) => (value + (other[i] ?? 0)) / 2);
    const loudest = energyOf(one) < energyOf(other) ? other : one;
    return energyOf(mean) < CANCELLED * energyOf(loudest) ? loudest : mean;
  }
}

function energyOf(pcm: Int16Array): number {
  let energy = 0;
  for (const value of pcm) energy += value * value;
  return energy;
}

/** One channel: a third of what it was at 48 kHz, so that minutes of it stay small. */
class Track {
  #resampler: Resampler;
  #chunks: Int16Array[] = [];
  #length = 0;

  constructor(rate: number) {
    this.#resampler = new Resampler(rate, SAMPLE_RATE);
  }

  add(chunk: Float32Array): void {
    this.#keep(this.#resampler.push(chunk));
  }

  join(): Int16Array {
    this.#keep(this.#resampler.end());
    const joined = new Int16Array(this.#length);
    let at = 0;
    for (const chunk of this.#chunks) {
      joined.set(chunk, at);
      at += chunk.length;
    }
    return joined;
  }

  #keep(samples: Float32Array): void {
    this.#chunks.push(toInt16(samples));
    this.#length += samples.length;
  }
}

/** The mean of all channels. */
function mix(channels: Float32Array[]): Float32Array {
  if (channels.length === 1) return channels[0];
  return channels[0].map((_, i) => {
    let sum = 0;
    for (const channel of channels) sum += channel[i];
    return sum / channels.length;
  });
}

/** Samples in −1…1 as signed 16-bit; louder ones are clipped. */
export const toInt16 = (samples: Float32Array): Int16Array =>
  Int16Array.from(
    samples,
    (value) => Math.max(-32768, Math.min(32767, Math.round(value * 32767))),
  );

/** Loudness below which nobody can be speaking: −54 dB of full scale, over the loudest 30 ms. */
const SILENCE = 0.002 * 32767;

/** Whether a recording at 16 kHz holds nothing but silence or the hiss of a muted microphone. */
export function isSilent(pcm: Int16Array): boolean {
  const window = SAMPLE_RATE * 0.03;
  for (let at = 0; at < pcm.length; at += window) {
    const piece = pcm.subarray(at, at + window);
    let energy = 0;
    for (const value of piece) energy += value * value;
    if (Math.sqrt(energy / piece.length) > SILENCE) return false;
  }
  return true;
}
