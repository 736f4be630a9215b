import { isMp4Bounded } from "./bounded-mp4.ts";
import { isOggBounded } from "./bounded-ogg.ts";
import { isWebmBounded } from "./bounded-webm.ts";
import type { Format } from "./sniff.ts";

/**
 * Whether a container says no more than five minutes of sound can need: the demuxer reads all its
 * heads and tables at once, some in the square of their number, and some that are a million times
 * as large as the file. Heads of WAV, MPEG and FLAC are read by ourselves.
 */
export function isBounded(bytes: Uint8Array, format: Format): boolean {
  if (format === "ogg") return isOggBounded(bytes);
  if (format === "webm") return isWebmBounded(bytes);
  if (format === "mp4") return isMp4Bounded(bytes);
  return true;
}
