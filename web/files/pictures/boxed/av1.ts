/** What AV1 says of itself before it is decoded (AV1 Bitstream & Decoding Process, 5.5 and 5.9). */
import { PictureError } from "../picture-error.ts";

/** Kinds of units of a stream. */
const SEQUENCE = 1;
const FRAMES = [3, 6];

export interface Stream {
  /** Pixels: what none of its frames exceeds. */
  width: number;
  height: number;
  frames: number;
}

/**
 * How large the frames of a stream are, and how many.
 *
 * @throws {PictureError} `broken`, also for one whose units do not say how long they are, or that
 * does not say how large its frames are: what is decoded would not be what was judged.
 */
export function streamOf(bytes: Uint8Array): Stream {
  const stream: Stream = { width: 0, height: 0, frames: 0 };
  for (let at = 0; at < bytes.length;) {
    const head = bytes[at];
    // Decoders pass over zeros between units.
    if (head === 0) {
      at += 1;
      continue;
    }
    if (!(head & 2)) throw new PictureError("broken");
    const { value, next } = leb128(bytes, at + (head & 4 ? 2 : 1));
    const end = next + value;
    if (end > bytes.length) throw new PictureError("broken");
    const kind = head >> 3 & 15;
    if (kind === SEQUENCE) {
      const { width, height } = sizeOf(new Bits(bytes.subarray(next, end)));
      stream.width = Math.max(stream.width, width);
      stream.height = Math.max(stream.height, height);
    } else if (FRAMES.includes(kind)) stream.frames += 1;
    at = end;
  }
  if (stream.width === 0) throw new PictureError("broken");
  return stream;
}

function leb128(bytes: Uint8Array, from: number) {
  let value = 0;
  for (let i = 0; i < 8; i++) {
    const byte = bytes[from + i];
    if (byte === undefined) break;
    value += (byte & 127) * 2 ** (7 * i);
    if (byte < 128) return { value, next: from + i + 1 };
  }
  throw new PictureError("broken");
}

class Bits {
  #at = 0;
  constructor(readonly bytes: Uint8Array) {}

  take(count: number): number {
    let value = 0;
    for (let i = 0; i < count; i++, this.#at++) {
      const byte = this.bytes[this.#at >> 3];
      if (byte === undefined) throw new PictureError("broken");
      value = value * 2 + (byte >> (7 - this.#at % 8) & 1);
    }
    return value;
  }
}

/** The largest frame a sequence header allows. */
function sizeOf(bits: Bits): { width: number; height: number } {
  bits.take(4); // profile, still picture
  if (bits.take(1)) bits.take(5); // reduced: only a level
  else passOver(bits);
  const [wide, high] = [bits.take(4) + 1, bits.take(4) + 1];
  return { width: bits.take(wide) + 1, height: bits.take(high) + 1 };
}

/** What comes between the kind of a sequence and its size. */
function passOver(bits: Bits): void {
  let delay = 0;
  if (bits.take(1)) { // timing
    bits.take(64);
    if (bits.take(1)) {
      let zeros = 0;
      while (bits.take(1) === 0) zeros += 1;
      if (zeros < 32) bits.take(zeros);
    }
    if (bits.take(1)) { // a model of the decoder
      delay = bits.take(5) + 1;
      bits.take(42);
    }
  }
  const hasDelay = bits.take(1);
  for (let points = bits.take(5) + 1; points > 0; points--) {
    bits.take(12);
    if (bits.take(5) > 7) bits.take(1);
    if (delay && bits.take(1)) bits.take(2 * delay + 1);
    if (hasDelay && bits.take(1)) bits.take(4);
  }
}
