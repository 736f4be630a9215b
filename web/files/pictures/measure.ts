/** What a picture says of itself, read without decoding it: a small file can be a huge picture. */
import { inspectJpeg } from "../../faces/jpeg.ts";
import { avifSize } from "./boxed/avif.ts";
import { PictureError } from "./picture-error.ts";

/** The most bytes of a picture that is sent. */
export const PICTURE_BYTES = 20 * 1024 * 1024;
/** The most pixels that are decoded: each takes four bytes, a few times over. */
const MOST_PIXELS = 25_000_000;
/**
 * The most that are decoded of one picture with all it is made of, as how much is seen through: a
 * pixel of an AVIF takes up to six bytes more before it is one of four.
 */
const MOST_DECODED = 1.3 * MOST_PIXELS;
const MOST_SIDE = 16_383;
/** The name of what a PNG begins with, and its size is in. */
const IHDR = 0x49484452;

export interface Measured {
  width: number;
  height: number;
  /** It moves, and is cleaned instead of made anew. */
  moving?: boolean;
  /** Pixels of all that is decoded for it, where that is more than the picture. */
  decoded?: number;
}

/** @throws {PictureError} */
export function measure(type: string, bytes: Uint8Array): Measured {
  const size = sizeOf(type, bytes);
  const { width, height, decoded = 0 } = size;
  if (!(width > 0 && height > 0)) throw new PictureError("broken");
  const isLarge = Math.max(width, height) > MOST_SIDE ||
    width * height > MOST_PIXELS || decoded > MOST_DECODED;
  if (isLarge) {
    throw new PictureError("large");
  }
  return size;
}

function sizeOf(type: string, bytes: Uint8Array): Measured {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    switch (type) {
      case "image/jpeg":
        return jpegSize(bytes);
      case "image/png":
        // Whatever else begins like one has no size.
        if (view.getUint32(12) !== IHDR) throw new PictureError("broken");
        return { width: view.getUint32(16), height: view.getUint32(20) };
      case "image/gif":
        return {
          width: view.getUint16(6, true),
          height: view.getUint16(8, true),
          moving: true,
        };
      case "image/avif":
        return avifSize(bytes);
    }
    return webpSize(view, bytes);
  } catch (error) {
    if (error instanceof PictureError) throw error;
    throw new PictureError("broken");
  }
}

function jpegSize(bytes: Uint8Array): Measured {
  // The size is judged above, for all kinds alike.
  const { width, height } = inspectJpeg(bytes, {
    bytes: PICTURE_BYTES,
    ...{ side: Infinity, pixels: Infinity, minSide: 1, scans: 64 },
  });
  return { width, height };
}

/** https://developers.google.com/speed/webp/docs/riff_container */
function webpSize(view: DataView, bytes: Uint8Array): Measured {
  const kind = new TextDecoder().decode(bytes.subarray(12, 16));
  const size24 = (at: number) =>
    view.getUint16(at, true) + (view.getUint8(at + 2) << 16) + 1;
  if (kind === "VP8X") {
    const moving = (view.getUint8(20) & 2) !== 0;
    return { width: size24(24), height: size24(27), moving };
  }
  if (kind === "VP8L") {
    const packed = view.getUint32(21, true);
    return {
      width: (packed & 0x3fff) + 1,
      height: (packed >> 14 & 0x3fff) + 1,
    };
  }
  if (kind.trim() !== "VP8") throw new PictureError("broken");
  return {
    width: view.getUint16(26, true) & 0x3fff,
    height: view.getUint16(28, true) & 0x3fff,
  };
}
