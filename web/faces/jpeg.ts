/**
 * What a JPEG says about itself, read without decoding it (ITU-T T.81, annex B), so
 * that a small file which would take gigabytes or minutes to decode is refused first.
 */
import { FaceError } from "./face-error.ts";

/** Limits of an accepted photo. A decoded pixel takes four bytes. */
export const PHOTO_LIMITS = {
  bytes: 2_000_000,
  side: 4096,
  pixels: 16_000_000,
  minSide: 160,
  /** Each scan of a progressive JPEG costs a pass over all pixels; cameras use about ten. */
  scans: 64,
};

export interface JpegInfo {
  /** Pixels, before the orientation is applied. */
  width: number;
  height: number;
  /** EXIF orientation, 1 (upright) to 8. */
  orientation: number;
}

/** A marker with what belongs to it: `bytes.subarray(start, end)`. */
export interface Segment {
  marker: number;
  start: number;
  /** Where the segment's payload begins. */
  data: number;
  end: number;
}

export const SOI = 0xd8;
export const EOI = 0xd9;
const SOS = 0xda;
const APP1 = 0xe1;
const TEM = 0x01;

/**
 * The segments up to the end of the image; a scan's compressed data belongs to its
 * header. What follows the end (a second image, a video) is left out.
 * @throws FaceError image-broken when it ends before the image does
 */
export function* segments(jpeg: Uint8Array): Generator<Segment> {
  let at = 0;
  while (true) {
    // Decoders skip stray bytes between segments, and some cameras leave some.
    const start = jpeg.indexOf(0xff, at);
    if (start < 0) throw new FaceError("image-broken");
    at = start + 1;
    while (jpeg[at] === 0xff) at++;
    const marker = jpeg[at++];
    if (marker === 0) continue;
    if (
      marker === SOI || marker === EOI || marker === TEM || isRestart(marker)
    ) {
      yield { marker, start, data: at, end: at };
      if (marker === EOI) return;
      continue;
    }
    const data = at + 2;
    const length = uint16(jpeg, at);
    if (!(length >= 2)) throw new FaceError("image-broken");
    at += length;
    if (marker === SOS) at = endOfScan(jpeg, at);
    if (at > jpeg.length) throw new FaceError("image-broken");
    yield { marker, start, data, end: at };
  }
}

/** Where the compressed data from `at` on ends: at the next marker that is not part of it. */
function endOfScan(jpeg: Uint8Array, at: number): number {
  while (true) {
    const found = jpeg.indexOf(0xff, at);
    if (found < 0) throw new FaceError("image-broken");
    const next = jpeg[found + 1];
    if (next !== 0 && next !== 0xff && !isRestart(next)) return found;
    at = next === 0xff ? found + 1 : found + 2;
  }
}

/**
 * Checks a photo's size, type, dimensions and completeness without decoding it, in
 * about a millisecond.
 * @throws FaceError image-empty, image-too-large, image-type, image-dimensions, image-small, image-broken
 */
export function inspectJpeg(
  jpeg: Uint8Array,
  limits = PHOTO_LIMITS,
): JpegInfo {
  if (jpeg.length === 0) throw new FaceError("image-empty");
  if (jpeg.length > limits.bytes) throw new FaceError("image-too-large");
  if (jpeg[0] !== 0xff || jpeg[1] !== SOI || jpeg[2] !== 0xff) {
    throw new FaceError("image-type");
  }
  let size: { width: number; height: number } | undefined;
  let orientation = 1;
  let scans = 0;
  for (const segment of segments(jpeg)) {
    if (isFrame(segment.marker)) {
      if (size) throw new FaceError("image-broken");
      size = readFrame(jpeg, segment, limits);
    } else if (segment.marker === APP1) {
      orientation = readOrientation(jpeg.subarray(segment.data, segment.end)) ??
        orientation;
    } else if (segment.marker === SOS && ++scans > limits.scans) {
      throw new FaceError("image-type");
    }
  }
  if (!size || scans === 0) throw new FaceError("image-broken");
  return { ...size, orientation };
}

/** Reads a frame header (T.81 B.2.2) and refuses what should not or cannot be decoded. */
function readFrame(
  jpeg: Uint8Array,
  { marker, data, end }: Segment,
  limits: typeof PHOTO_LIMITS,
) {
  if (end - data < 6) throw new FaceError("image-broken");
  const height = uint16(jpeg, data + 1);
  const width = uint16(jpeg, data + 3);
  const precision = jpeg[data];
  const components = jpeg[data + 5];
  // Baseline, extended and progressive; the others are lossless, hierarchical or arithmetic.
  const readable = marker <= 0xc2 && precision === 8 &&
    (components === 1 || components === 3);
  if (!readable) throw new FaceError("image-type");
  if (
    Math.max(width, height) > limits.side || width * height > limits.pixels
  ) throw new FaceError("image-dimensions");
  if (Math.min(width, height) < limits.minSide) {
    throw new FaceError("image-small");
  }
  return { width, height };
}

/** Frame headers are 0xC0 to 0xCF, but for the three that mean something else. */
function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf &&
    marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
}

function isRestart(marker: number): boolean {
  return marker >= 0xd0 && marker <= 0xd7;
}

function uint16(bytes: Uint8Array, at: number): number {
  return bytes[at] << 8 | bytes[at + 1];
}

/**
 * The orientation, 1 to 8, in the payload of an APP1 segment; null when there is none
 * (Exif 2.32, tag 0x0112 of the first directory).
 */
function readOrientation(app1: Uint8Array): number | null {
  const tiff = app1.subarray(6);
  if (
    String.fromCharCode(...app1.subarray(0, 4)) !== "Exif" || tiff.length < 14
  ) {
    return null;
  }
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength);
  const little = view.getUint16(0) === 0x4949;
  const directory = view.getUint32(4, little);
  if (directory + 2 > tiff.length) return null;
  const entries = view.getUint16(directory, little);
  for (let entry = 0; entry < entries; entry++) {
    const at = directory + 2 + entry * 12;
    if (at + 12 > tiff.length) return null;
    if (view.getUint16(at, little) !== 0x0112) continue;
    const orientation = view.getUint16(at + 8, little);
    return orientation >= 1 && orientation <= 8 ? orientation : null;
  }
  return null;
}
