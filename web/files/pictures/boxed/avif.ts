/** Still pictures in AV1 (AV1 Image File Format): judged before they are decoded, and turned upright. */
import {
  emptyPicture,
  type Picture,
  turnPicture,
} from "../../../faces/picture.ts";
import { PictureError } from "../picture-error.ts";
import { streamOf } from "./av1.ts";
import { boxesIn, boxOf, Reader } from "./boxes.ts";
import { type Item, itemsOf } from "./items.ts";

/** Pixels above which the decoder's memory is given back after use; it never shrinks. */
const LARGE = 4_000_000;
/** The brand of one that moves, and of one that does not. */
const MOVING = "avis";
const STILL = "avif";

/**
 * The size of the picture as it is decoded, and the pixels of all that is decoded for it: its tiles
 * and layers, what says how much is seen through, small copies.
 *
 * @throws {PictureError | RangeError} for what is damaged.
 */
export function avifSize(bytes: Uint8Array) {
  const { primary, all } = partsOf(bytes);
  if (brandOf(bytes) === MOVING) {
    return { ...sizeOf(bytes, primary), moving: true };
  }
  if (primary.type !== "av01" && primary.type !== "grid") {
    throw new PictureError("broken");
  }
  let decoded = 0;
  for (const item of all.filter(({ type }) => type === "av01")) {
    const { width, height, frames } = streamOf(bytesOf(bytes, item));
    const said = sizeOf(bytes, item);
    // What is larger than its frames is blown up.
    const most = Math.max(width * height, said.width * said.height);
    decoded += frames * most;
  }
  return { ...sizeOf(bytes, primary), decoded };
}

let load: Promise<typeof import("@jsquash/avif/decode.js")> | undefined;
let decoderIsFresh = false;

/**
 * Decodes a still picture, cut and turned as its container says. The decoder is loaded when the
 * first one comes. Call `measure` first.
 *
 * @throws Error when the decoder cannot read it.
 */
export async function decodeAvif(given: Uint8Array): Promise<Picture> {
  load ??= import("@jsquash/avif/decode.js");
  const { default: decode, init } = await load;
  const renew = () => init({ noInitialRun: true, print() {}, printErr() {} });
  if (!decoderIsFresh) await renew();
  decoderIsFresh = false;
  const bytes = new Uint8Array(given);
  // What else may be in the file is none that was judged.
  bytes.set(new TextEncoder().encode(STILL), 8);
  const decoded = await decode(bytes.buffer);
  if (decoded === null) throw new PictureError("broken");
  const { width, height, data } = decoded;
  // At once: what it took is not there while the picture is encoded.
  if (width * height > LARGE) await renew();
  decoderIsFresh = true;
  const picture = { width, height, data: new Uint8ClampedArray(data.buffer) };
  return upright(bytes, partsOf(bytes).primary, picture);
}

const brandOf = (bytes: Uint8Array): string => new Reader(bytes, 8, 12).name();

function partsOf(bytes: Uint8Array) {
  const meta = boxOf(boxesIn(bytes), "meta");
  const { primary, all } = meta ? itemsOf(bytes, meta) : {};
  if (!primary || !all) throw new PictureError("broken");
  return { primary, all };
}

function sizeOf(bytes: Uint8Array, { properties }: Item) {
  const size = { width: 0, height: 0 };
  for (const { type, from, end } of properties) {
    if (type !== "ispe") continue;
    const reader = new Reader(bytes, from + 4, end);
    size.width = Math.max(size.width, reader.uint(4));
    size.height = Math.max(size.height, reader.uint(4));
  }
  return size;
}

function bytesOf(bytes: Uint8Array, { parts }: Item): Uint8Array {
  if (parts.length === 1) return bytes.subarray(parts[0].from, parts[0].end);
  const all = new Uint8Array(
    parts.reduce((sum, { from, end }) => sum + end - from, 0),
  );
  let at = 0;
  for (const { from, end } of parts) {
    all.set(bytes.subarray(from, end), at);
    at += end - from;
  }
  return all;
}

/** Cut, then turned, then mirrored, whatever the order in the file (ISO/IEC 23000-22, 7.3.6.7). */
function upright(
  bytes: Uint8Array,
  { properties }: Item,
  picture: Picture,
): Picture {
  const read = (type: string) => {
    const box = boxOf(properties, type);
    return box && new Reader(bytes, box.from, box.end);
  };
  let shown = picture;
  const cut = read("clap");
  if (cut) shown = cutOut(shown, cut);
  // It is said against the clock.
  const quarters = (4 - ((read("irot")?.uint(1) ?? 0) & 3)) % 4;
  if (quarters) shown = turnPicture(shown, quarters as 1 | 2 | 3);
  const mirror = read("imir");
  return mirror ? mirrored(shown, (mirror.uint(1) & 1) === 1) : shown;
}

/** The part that is to be seen: a size, and how far its middle is from that of all. */
function cutOut(picture: Picture, said: Reader): Picture {
  const [width, height, right, down] = [0, 1, 2, 3].map(() =>
    (said.uint(4) | 0) / said.uint(4)
  );
  const left = (picture.width - width) / 2 + right;
  const top = (picture.height - height) / 2 + down;
  const isPart = [width, height, left, top].every(Number.isInteger) &&
    width > 0 && height > 0 && left >= 0 && top >= 0 &&
    left + width <= picture.width && top + height <= picture.height;
  if (!isPart) throw new PictureError("broken");
  const part = emptyPicture(width, height);
  for (let y = 0; y < height; y++) {
    const from = ((top + y) * picture.width + left) * 4;
    part.data.set(picture.data.subarray(from, from + width * 4), y * width * 4);
  }
  return part;
}

function mirrored(
  { width, height, data }: Picture,
  isSideways: boolean,
): Picture {
  const other = emptyPicture(width, height);
  const from = new Uint32Array(data.buffer, data.byteOffset, width * height);
  const to = new Uint32Array(other.data.buffer);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [u, v] = isSideways ? [width - 1 - x, y] : [x, height - 1 - y];
      to[v * width + u] = from[y * width + x];
    }
  }
  return other;
}
