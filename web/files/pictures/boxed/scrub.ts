/** What is said of a picture in boxes is taken out of it where nothing here makes it anew. */
import { type Box, boxesIn } from "./boxes.ts";
import { itemsOf } from "./items.ts";

/** Items that say something of the picture, and show nothing. */
const TOLD_ITEMS = ["Exif", "mime", "uri"];
/** Boxes that do, or that nobody reads. */
const TOLD_BOXES = [
  ...["udta", "uuid", "free", "skip"],
  // Properties of items: descriptions, and times.
  ...["udes", "altt", "crtt", "mdft"],
];
/** Boxes in which there may be such. */
const AROUND = ["moov", "trak", "mdia", "moof", "traf", "iprp", "ipco"];
/**
 * All that is needed of a file, and of what says what is in it, to show it. Makers of telephones add
 * boxes of their own: a film with its place, the network's country.
 */
const OF_FILE = [
  ...["ftyp", "meta", "mdat", "moov", "moof", "mfra", "sidx", "styp"],
];
const OF_META = [
  ...["hdlr", "dinf", "pitm", "iinf", "iloc", "ipro", "iref", "iprp"],
  ...["idat", "grpl"],
];
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
  scrub(bytes, boxesIn(bytes), DEPTH, OF_FILE);
  return bytes;
}

/** Empties the boxes that tell something, and those that are not among `needed`. */
function scrub(
  bytes: Uint8Array,
  boxes: Box[],
  depth: number,
  needed?: string[],
): void {
  for (const box of boxes) {
    const isNeeded = needed?.includes(box.type) ?? true;
    if (!isNeeded || TOLD_BOXES.includes(box.type)) {
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
  scrub(bytes, inside, DEPTH, OF_META);
}
