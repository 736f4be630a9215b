import { mp3Frame, skipId3 } from "./mp3-frames.ts";
import type { Format } from "./sniff.ts";

/** What arrived of a recording that may have been cut on its way. */
export interface Part {
  /** What can be decoded of it. */
  bytes: Uint8Array;
  /** Whether its end is missing. */
  cut: boolean;
  /** Seconds of sound its head promises, if it does. */
  seconds?: number;
}

/**
 * Tells whether a stream, which can be decoded up to where it was cut, has its end. A stream that
 * was cut between two frames and says nowhere how long it is cannot be told from a whole one.
 */
export function partOf(bytes: Uint8Array, format: Format): Part {
  if (format === "ogg") return oggPart(bytes);
  if (format === "mpeg") return { bytes, cut: isMpegCut(bytes) };
  if (format === "flac") {
    return { bytes, cut: false, seconds: flacSeconds(bytes) };
  }
  return { bytes, cut: false };
}

const OGG_HEAD = 27, OGG_FIRST = 2, OGG_LAST = 4;

// RFC 3533 §6: page = 27 bytes, as many lengths as the last of them says, content. The first and the
// last page of a stream have a flag, and a page that is cut is no page. What is decoded are the streams
// that the file begins with: others may be chained to them (§4), or tags of other formats, or padding.
function oggPart(bytes: Uint8Array): Part {
  let at = 0, open = 0, ended = false;
  while (!ended && isOggPage(bytes, at)) {
    const next = oggPageEnd(bytes, at);
    if (next === null) break;
    if (bytes[at + 5] & OGG_FIRST) open += 1;
    if (bytes[at + 5] & OGG_LAST) open -= 1;
    ended = open === 0;
    at = next;
  }
  return { bytes: bytes.subarray(0, at), cut: !ended || beginsOgg(bytes, at) };
}

/** Where the page at a place ends; null when it is cut. */
export function oggPageEnd(bytes: Uint8Array, at: number): number | null {
  const content = at + OGG_HEAD + bytes[at + 26];
  if (content > bytes.length) return null;
  const lengths = bytes.subarray(at + OGG_HEAD, content);
  const next = lengths.reduce((sum, length) => sum + length, content);
  return next > bytes.length ? null : next;
}

/** Whether the head of a page is at a place. */
export const isOggPage = (bytes: Uint8Array, at: number): boolean =>
  at + OGG_HEAD <= bytes.length && beginsOgg(bytes, at);

const beginsOgg = (bytes: Uint8Array, at: number): boolean =>
  bytes[at] === 0x4f && bytes[at + 1] === 0x67 && bytes[at + 2] === 0x67 &&
  bytes[at + 3] === 0x53;

// RFC 9639 §8.2: after "fLaC" and the head of a block, 10 bytes in: 20 bits of sample rate, 3 of
// channels, 5 of depth, and 36 of how many samples there are, 0 when unknown.
function flacSeconds(bytes: Uint8Array): number | undefined {
  if (bytes.length < 26) return undefined;
  const [a, b, c, d, e, f, g, h] = bytes.subarray(18, 26);
  const rate = a << 12 | b << 4 | c >> 4;
  const samples = (d & 0x0f) * 2 ** 32 + (e << 24 >>> 0) +
    (f << 16 | g << 8 | h);
  return rate > 0 && samples > 0 ? samples / rate : undefined;
}

/** Whether the last frame of an MP3 is cut, or frames are missing that its first one counts. */
function isMpegCut(bytes: Uint8Array): boolean {
  const first = skipId3(bytes);
  if (first >= bytes.length) return true;
  const promised = mp3Bytes(bytes, first);
  if (promised !== null) return first + promised > bytes.length;
  let at = first;
  for (;;) {
    const frame = mp3Frame(bytes, at);
    // Tags of all kinds may follow the sound.
    if (frame === null) return false;
    at += frame.length;
    if (at >= bytes.length) return at > bytes.length;
  }
}

/** The bytes of sound that the "Xing" or "Info" head in the first frame counts; null without one. */
function mp3Bytes(bytes: Uint8Array, at: number): number | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isFirst = (bytes[at + 1] & 0x18) === 0x18;
  const isMono = bytes[at + 3] >> 6 === 3;
  const tag = at + 4 + (isFirst ? isMono ? 17 : 32 : isMono ? 9 : 17);
  if (tag + 16 > bytes.length) return null;
  const name = view.getUint32(tag);
  if (name !== 0x58696e67 && name !== 0x496e666f) return null;
  const has = view.getUint32(tag + 4);
  const hasFrames = has & 1, hasBytes = has & 2;
  return hasBytes ? view.getUint32(tag + 8 + (hasFrames ? 4 : 0)) : null;
}
