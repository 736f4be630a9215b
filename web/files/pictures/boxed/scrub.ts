/** What is said of a picture in boxes is taken out of it where nothing here makes it anew. */
import { type Box, boxesIn } from "./boxes.ts";
import { itemsOf } from "./items.ts";

/** Items that say something of the picture, and show nothing. */
const TOLD_ITEMS = ["Exif", "mime", "uri"];
/** Boxes that do, or that nobody reads. */
const TOLD_BOXES = ["udta", "uuid", "free", "skip"];
/** Boxes in which there may be such. */
const AROUND = ["moov", "trak", "mdia", "moof", "traf"];
/** How deep boxes are looked into. */
const DEPTH = 4;

/**
 * The same file, in which nothing stands of where and with what it was taken: zeros do, so that
 * whatever else is in it stays where it was.
 *
 * @throws {PictureError | RangeError} for what is damaged.
 */
export function scrubbed(given: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(given);
  scrub(bytes, boxesIn(bytes), DEPTH);
  return bytes;
}

function scrub(bytes: Uint8Array, boxes: Box[], depth: number): void {
  for (const box of boxes) {
    if (TOLD_BOXES.includes(box.type)) {
      bytes.set(new TextEncoder().encode("free"), box.start + 4);
      bytes.fill(0, box.from, box.end);
    } else if (box.type === "meta") scrubMeta(bytes, box);
    else if (AROUND.includes(box.type) && depth > 0) {
      scrub(bytes, boxesIn(bytes, box), depth - 1);
    }
  }
}

function scrubMeta(bytes: Uint8Array, box: Box): void {
  for (const { type, parts } of itemsOf(bytes, box).all) {
    if (!TOLD_ITEMS.includes(type.trim())) continue;
    for (const { from, end } of parts) bytes.fill(0, from, end);
  }
  const inside = boxesIn(bytes, { from: box.from + 4, end: box.end });
  scrub(bytes, inside, 0);
}
