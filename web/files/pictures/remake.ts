import decodePng from "@jsquash/png/decode.js";
import encodePng from "@jsquash/png/encode.js";
import decodeWebp from "@jsquash/webp/decode.js";
import encodeWebp from "@jsquash/webp/encode.js";
import { decodeJpeg, encodeJpeg } from "../../faces/codec.ts";
import { emptyPicture, type Picture, shrink } from "../../faces/picture.ts";
import { decodeAvif } from "./boxed/avif.ts";
import { scrubbed } from "./boxed/scrub.ts";
import { cleanMoving } from "./clean.ts";
import { measure } from "./measure.ts";
import { PictureError } from "./picture-error.ts";

/** A picture as it is kept. */
export interface Remade {
  bytes: Uint8Array<ArrayBuffer>;
  /** Its media type, where that is another than it came with. */
  type?: string;
  /** Pixels; none of one that no browser here is shown. */
  width?: number;
  height?: number;
  /** `#rrggbb`; of one that is made anew, and not seen through. */
  colour?: string;
  /** A WebP, where the picture is larger than that. */
  thumbnail?: Uint8Array<ArrayBuffer>;
  /** Pixels that were decoded for it; undefined where none were. */
  decoded?: number;
}

/** The longest side of a thumbnail: pixels. */
const SMALL = 640;
/** The picture a colour is taken from: pixels. */
const TINY = 16;
/** What the photos of many telephones are. */
const HEIC = ["image/heic", "image/heif"];

/**
 * Makes a picture anew from its pixels: upright, without a word of where and with what it was
 * taken, and with nothing behind its end. What moves stays as it is, without such words; so does
 * HEIC, which nothing of a permissive licence decodes. A still AVIF becomes a WebP: to encode one in
 * AV1 takes minutes.
 *
 * @throws {PictureError}
 */
export async function remake(
  type: string,
  given: Uint8Array,
): Promise<Remade> {
  if (HEIC.includes(type)) {
    return { bytes: orBroken(() => scrubbed(given)) };
  }
  const { moving, width: wide, height: high } = measure(type, given);
  if (moving) {
    const bytes = orBroken(() => cleanMoving(type, given));
    return { bytes, width: wide, height: high };
  }
  const picture = await decoded(type, given);
  const { width, height } = picture;
  const small = smaller(picture, SMALL);
  return {
    bytes: await encoded(type, picture),
    ...(type === "image/avif" && { type: "image/webp" }),
    ...{ width, height, colour: colourOf(smaller(small, TINY)) },
    thumbnail: small === picture
      ? undefined
      : new Uint8Array(await encodeWebp(toImage(small), { quality: 72 })),
    decoded: width * height,
  };
}

/** What is read beyond the end of something is damaged. */
function orBroken<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof RangeError) throw new PictureError("broken");
    throw error;
  }
}

/** The longest side of a portrait: pixels. */
const PORTRAIT = 256;

/**
 * A small square from the middle of a picture, as a WebP made anew.
 *
 * @throws {PictureError} `broken` also for what moves.
 */
export async function portraitOf(
  type: string,
  given: Uint8Array,
): Promise<Remade> {
  if (measure(type, given).moving) throw new PictureError("broken");
  const whole = await decoded(type, given);
  const square = smaller(middleOf(whole), PORTRAIT);
  const { width, height } = square;
  const bytes = new Uint8Array(
    await encodeWebp(toImage(square), { quality: 78 }),
  );
  return { bytes, width, height, decoded: whole.width * whole.height };
}

function middleOf({ width, height, data }: Picture): Picture {
  const side = Math.min(width, height);
  const left = Math.floor((width - side) / 2);
  const top = Math.floor((height - side) / 2);
  const middle = emptyPicture(side, side);
  for (let y = 0; y < side; y++) {
    const from = ((top + y) * width + left) * 4;
    middle.data.set(data.subarray(from, from + side * 4), y * side * 4);
  }
  return middle;
}

/** The picture made smaller; itself if it is so narrow that nothing would be left of a side. */
function smaller(picture: Picture, side: number): Picture {
  const { width, height } = picture;
  const factor = Math.ceil(Math.max(width, height) / side);
  return Math.min(width, height) < factor ? picture : shrink(picture, side);
}

async function decoded(type: string, given: Uint8Array): Promise<Picture> {
  try {
    if (type === "image/jpeg") return await decodeJpeg(given);
    if (type === "image/avif") return await decodeAvif(given);
    const { buffer } = new Uint8Array(given);
    const { width, height, data } = type === "image/png"
      ? await decodePng(buffer)
      : await decodeWebp(buffer);
    return { width, height, data: new Uint8ClampedArray(data.buffer) };
  } catch {
    throw new PictureError("broken");
  }
}

/** The same pixels: a copy of all of them would take as much again. */
const toImage = ({ width, height, data }: Picture) =>
  new ImageData(data, width, height);

async function encoded(
  type: string,
  picture: Picture,
): Promise<Uint8Array<ArrayBuffer>> {
  if (type === "image/jpeg") {
    return new Uint8Array(await encodeJpeg(picture, 86));
  }
  const image = toImage(picture);
  return new Uint8Array(
    type === "image/png"
      ? await encodePng(image)
      : await encodeWebp(image, { quality: 86, method: 2 }),
  );
}

/** The mean of the pixels; of a picture that is seen through it would never be covered. */
function colourOf({ data }: Picture): string | undefined {
  const sum = [0, 0, 0];
  for (let at = 0; at < data.length; at += 4) {
    if (data[at + 3] < 255) return undefined;
    for (let channel = 0; channel < 3; channel++) {
      sum[channel] += data[at + channel];
    }
  }
  const hex = sum.map((part) =>
    Math.round(part / (data.length / 4)).toString(16).padStart(2, "0")
  );
  return `#${hex.join("")}`;
}
