import decode from "@jsquash/jpeg/decode.js";
import encode from "@jsquash/jpeg/encode.js";
import type { Picture } from "./picture.ts";

/**
 * Decodes a JPEG, turned upright as its EXIF orientation says. It takes four
 * bytes of memory a pixel and more, so call `inspectJpeg` first.
 * @throws Error when the decoder cannot read it
 */
export async function decodeJpeg(jpeg: Uint8Array): Promise<Picture> {
  const { width, height, data } = await decode(ownBuffer(jpeg), {
    preserveOrientation: true,
  });
  return { width, height, data: new Uint8ClampedArray(data) };
}

/**
 * Encodes a baseline JPEG (the kind every reader has, Chromium's fake camera
 * included) of `quality` 0 to 100.
 */
export async function encodeJpeg(
  { width, height, data }: Picture,
  quality = 90,
): Promise<Uint8Array> {
  const pixels = new ImageData(new Uint8ClampedArray(data), width, height);
  const options = { quality, baseline: true, progressive: false };
  return new Uint8Array(await encode(pixels, options));
}

/** The bytes in an ArrayBuffer that holds nothing else. */
function ownBuffer(bytes: Uint8Array): ArrayBuffer {
  return new Uint8Array(bytes).buffer;
}
