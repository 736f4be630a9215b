import decode, { init as initDecoder } from "@jsquash/jpeg/decode.js";
import encode from "@jsquash/jpeg/encode.js";
import type { Picture } from "./picture.ts";

/** Pixels above which the decoder's memory is given back after use; it never shrinks. */
const LARGE = 4_000_000;

/** The decoder would print what it thinks of a damaged file: let the caller say it. */
const QUIET = { noInitialRun: true, print() {}, printErr() {} };

let decoderIsFresh = false;

/**
 * Decodes a JPEG, turned upright as its EXIF orientation says. It takes four bytes of
 * memory a pixel and more, so call `inspectJpeg` first.
 * @throws Error when the decoder cannot read it
 */
export async function decodeJpeg(jpeg: Uint8Array): Promise<Picture> {
  if (!decoderIsFresh) await initDecoder(QUIET);
  decoderIsFresh = false;
  const { width, height, data } = await decode(new Uint8Array(jpeg).buffer, {
    preserveOrientation: true,
  });
  // After a failure, as after a large picture, the next call takes a new decoder.
  decoderIsFresh = width * height <= LARGE;
  return { width, height, data: new Uint8ClampedArray(data.buffer) };
}

/**
 * Encodes a baseline JPEG (the kind every reader has, Chromium's fake camera included)
 * of `quality` 0 to 100.
 */
export async function encodeJpeg(
  { width, height, data }: Picture,
  quality = 90,
): Promise<Uint8Array> {
  const pixels = new ImageData(data, width, height);
  const options = { quality, baseline: true, progressive: false };
  return new Uint8Array(await encode(pixels, options));
}
