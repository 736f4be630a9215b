/** The container of films and of some pictures: boxes in boxes (ISO/IEC 14496-12). */
import { PictureError } from "../picture-error.ts";

/** Boxes that are looked at in one file; a photo has some dozens. */
const MOST_BOXES = 10_000;

export interface Box {
  type: string;
  /** Where it begins, where its content does, and where both end: bytes of the file. */
  start: number;
  from: number;
  end: number;
}

/** Reads numbers one after the other. Beyond the end it throws a RangeError. */
export class Reader {
  readonly view: DataView;

  constructor(readonly bytes: Uint8Array, public at: number, end: number) {
    // Nothing is read beyond the end of what it was made for.
    this.view = new DataView(bytes.buffer, bytes.byteOffset, end);
  }

  /** A whole number of so many bytes: 0, 1, 2, 4 or 8. */
  uint(size: number): number {
    const { view, at } = this;
    this.at += size;
    switch (size) {
      case 0:
        return 0;
      case 1:
        return view.getUint8(at);
      case 2:
        return view.getUint16(at);
      case 4:
        return view.getUint32(at);
      case 8:
        return Number(view.getBigUint64(at));
    }
    throw new PictureError("broken");
  }

  /** Four letters. */
  name(): string {
    const from = this.at;
    this.uint(4);
    return String.fromCharCode(...this.bytes.subarray(from, this.at));
  }

  /** The version of a box that has one; the flags stay in `flags`. */
  version(): number {
    const both = this.uint(4);
    this.flags = both & 0xffffff;
    return both >>> 24;
  }
  flags = 0;
}

/** The boxes of a file, of one box, or from one byte up to another. */
export function boxesIn(
  bytes: Uint8Array,
  { from, end }: { from: number; end: number } = {
    from: 0,
    end: bytes.length,
  },
): Box[] {
  const boxes: Box[] = [];
  for (let start = from; start < end;) {
    if (boxes.length === MOST_BOXES) throw new PictureError("broken");
    const reader = new Reader(bytes, start, end);
    let size = reader.uint(4);
    const type = reader.name();
    if (size === 1) size = reader.uint(8);
    // 0: it is the last one, and as long as there is something.
    if (size === 0) size = end - start;
    if (size < reader.at - start || size > end - start) {
      throw new PictureError("broken");
    }
    boxes.push({ type, start, from: reader.at, end: start + size });
    start += size;
  }
  return boxes;
}

/** The first box of a type. */
export const boxOf = (boxes: Box[], type: string): Box | undefined =>
  boxes.find((box) => box.type === type);
