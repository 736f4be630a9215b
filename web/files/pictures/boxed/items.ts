/** What a picture in boxes is made of: its items, where their bytes are, and what is said of them. */
import { PictureError } from "../picture-error.ts";
import { type Box, boxesIn, boxOf, Reader } from "./boxes.ts";

/** A photo of a telephone has about fifty, most of them tiles. */
const MOST_ITEMS = 2_000;
/** Parts that the bytes of all items may be in. */
const MOST_PARTS = 20_000;

export interface Item {
  id: number;
  /** `av01`, `grid`, `Exif`, and so on; `""` where the file does not say. */
  type: string;
  /** Where its bytes are, in order. */
  parts: { from: number; end: number }[];
  properties: Box[];
}

export interface Items {
  primary?: Item;
  all: Item[];
}

/**
 * The items of a `meta` box (ISO/IEC 14496-12, 8.11, and 23008-12, 9.3).
 *
 * @throws {PictureError | RangeError} for what is damaged; and where items share bytes, or have more
 * than there are, so that a small file is not made into much.
 */
export function itemsOf(bytes: Uint8Array, meta: Box): Items {
  const boxes = boxesIn(bytes, { from: meta.from + 4, end: meta.end });
  const items = new Map<number, Item>();
  const itemOf = (id: number): Item => {
    const item = items.get(id) ??
      { id, type: "", parts: [], properties: [] };
    items.set(id, item);
    if (items.size > MOST_ITEMS) throw new PictureError("broken");
    return item;
  };
  const [infos, places, says, first] = ["iinf", "iloc", "iprp", "pitm"]
    .map((type) => boxOf(boxes, type));
  if (infos) readTypes(bytes, infos, itemOf);
  if (places) readPlaces(bytes, places, boxOf(boxes, "idat"), itemOf);
  if (says) readProperties(bytes, says, itemOf);
  let primary: Item | undefined;
  if (first) {
    const reader = readerOf(bytes, first);
    primary = items.get(reader.uint(reader.version() === 0 ? 2 : 4));
  }
  return { primary, all: [...items.values()] };
}

type ItemOf = (id: number) => Item;

const readerOf = (bytes: Uint8Array, { from, end }: Box) =>
  new Reader(bytes, from, end);

function readTypes(bytes: Uint8Array, box: Box, itemOf: ItemOf): void {
  const reader = readerOf(bytes, box);
  reader.uint(reader.version() === 0 ? 2 : 4);
  for (const info of boxesIn(bytes, { from: reader.at, end: box.end })) {
    const one = readerOf(bytes, info);
    const version = one.version();
    const item = itemOf(one.uint(version < 3 ? 2 : 4));
    one.uint(2);
    // It is one thing.
    if (item.type) throw new PictureError("broken");
    // Before version 2 only such were named.
    item.type = version < 2 ? "mime" : one.name();
  }
}

function readPlaces(
  bytes: Uint8Array,
  box: Box,
  inside: Box | undefined,
  itemOf: ItemOf,
): void {
  const reader = readerOf(bytes, box);
  const version = reader.version();
  const sizes = reader.uint(2);
  const [ofOffset, ofLength, ofBase] = [12, 8, 4].map((by) => sizes >> by & 15);
  const ofIndex = version > 0 ? sizes & 15 : 0;
  const ofId = version < 2 ? 2 : 4;
  let left = bytes.length, seen = 0;
  for (let count = reader.uint(ofId); count > 0; count--) {
    const item = itemOf(reader.uint(ofId));
    const kind = version > 0 ? reader.uint(2) & 15 : 0;
    const elsewhere = reader.uint(2);
    const within = kind === 1 ? inside : { from: 0, end: bytes.length };
    if (kind > 1 || elsewhere || !within) throw new PictureError("broken");
    const base = within.from + reader.uint(ofBase);
    for (let parts = reader.uint(2); parts > 0; parts--) {
      reader.uint(ofIndex);
      const from = base + reader.uint(ofOffset);
      // 0: all there is.
      const length = reader.uint(ofLength) || within.end - from;
      left -= length;
      const isInside = length >= 0 && from + length <= within.end;
      if (!isInside || left < 0 || ++seen > MOST_PARTS) {
        throw new PictureError("broken");
      }
      item.parts.push({ from, end: from + length });
    }
  }
}

function readProperties(bytes: Uint8Array, box: Box, itemOf: ItemOf): void {
  const boxes = boxesIn(bytes, box);
  const container = boxOf(boxes, "ipco");
  if (!container) return;
  const properties = boxesIn(bytes, container);
  for (const given of boxes.filter(({ type }) => type === "ipma")) {
    const reader = readerOf(bytes, given);
    const ofId = reader.version() === 0 ? 2 : 4;
    const isWide = reader.flags & 1;
    for (let count = reader.uint(4); count > 0; count--) {
      const item = itemOf(reader.uint(ofId));
      for (let some = reader.uint(1); some > 0; some--) {
        const at = isWide ? reader.uint(2) & 0x7fff : reader.uint(1) & 0x7f;
        // 0 is none.
        if (at > 0 && properties[at - 1]) {
          item.properties.push(properties[at - 1]);
        }
      }
    }
  }
}
