/** Pictures that move are not made anew: what is no picture is taken out of them. */
import { joined } from "../../../realtime/common/joined.ts";
import { scrubbed } from "./boxed/scrub.ts";
import { PictureError } from "./picture-error.ts";

/** Parts of an animated WebP that say something of it, rather than show it. */
const TOLD = ["EXIF", "XMP"];
/** Extensions of a GIF that say how often it repeats. */
const REPEATS = ["NETSCAPE2.0", "ANIMEXTS1.0"];

/** @throws {PictureError} for one that ends too early. */
export function cleanMoving(
  type: string,
  bytes: Uint8Array,
): Uint8Array<ArrayBuffer> {
  if (type === "image/avif") return scrubbed(bytes);
  return type === "image/gif" ? cleanGif(bytes) : cleanWebp(bytes);
}

const textAt = (bytes: Uint8Array, from: number, size: number) =>
  String.fromCharCode(...bytes.subarray(from, from + size));

/** Without comments, foreign extensions, and what follows the end (GIF89a). */
function cleanGif(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const table = (packed: number) => packed & 0x80 ? 3 << ((packed & 7) + 1) : 0;
  let at = 13 + table(bytes[10]);
  const parts = [bytes.subarray(0, at)];
  /** Where the blocks of data that begin here end. */
  const endOf = (from: number): number => {
    let end = from;
    while (bytes[end]) end += bytes[end] + 1;
    return end + 1;
  };
  for (;;) {
    const start = at;
    const sign = bytes[at];
    if (sign === 0x3b) {
      parts.push(bytes.subarray(at, at + 1));
      return joined(parts);
    }
    let stays = true;
    if (sign === 0x2c) {
      at = endOf(at + 11 + table(bytes[at + 9]));
    } else if (sign === 0x21) {
      const kind = bytes[at + 1];
      stays = kind === 0xf9 || kind === 0x01 ||
        kind === 0xff && REPEATS.includes(textAt(bytes, at + 3, 11));
      at = endOf(at + 2);
    } else throw new PictureError("broken");
    if (!(at <= bytes.length)) throw new PictureError("broken");
    if (stays) parts.push(bytes.subarray(start, at));
  }
}

/** Without what says where and with what it was made. */
function cleanWebp(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 12) throw new PictureError("broken");
  const whole = Math.min(8 + view.getUint32(4, true), bytes.length);
  const parts = [bytes.slice(0, 12)];
  for (let at = 12; at < whole;) {
    if (at + 8 > whole) throw new PictureError("broken");
    const size = view.getUint32(at + 4, true);
    const end = at + 8 + size + size % 2;
    if (end > whole) throw new PictureError("broken");
    const kind = textAt(bytes, at, 4);
    if (!TOLD.includes(kind.trim())) {
      const part = bytes.slice(at, end);
      // It no longer has them.
      if (kind === "VP8X") part[8] &= ~0b1100;
      parts.push(part);
    }
    at = end;
  }
  const cleaned = joined(parts);
  new DataView(cleaned.buffer).setUint32(4, cleaned.length - 8, true);
  return cleaned;
}
