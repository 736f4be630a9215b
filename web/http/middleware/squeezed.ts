/**
 * Texts that are compressed once and given again, each time with other numbers in them: gzip (RFC 1952)
 * with a hole for each number.
 *
 * The compressor is given the text, and for each number as many bytes that no text has. What it makes
 * of those is thrown away; in its place comes a block of DEFLATE that is stored as it is (RFC 1951
 * §3.2.4), with the number. Both sides are flushed, so each begins with a byte and a block, and no code
 * of one block is used in another. What is left between blocks is the window: text after a number may
 * refer to what came before, so many bytes back. That is as far with any number of that length, and
 * none of it is the number itself: there the compressor saw bytes that are not in the text.
 */
import { constants, crc32, createDeflateRaw } from "node:zlib";
import { joined } from "../../../realtime/common/joined.ts";

/** Where something is: bytes from the start. */
export interface Place {
  at: number;
  /** Less than 64 kB: more is in no stored block. */
  length: number;
}

/** A text with holes. */
export interface Squeezed {
  plain: Uint8Array;
  places: Place[];
  /** A gzip file; its sum is not right yet, and its numbers are to be put in. */
  file: Uint8Array<ArrayBuffer>;
  /** Where in the file they go. */
  holes: number[];
}

/** No UTF-8 has it (RFC 3629 §1). */
const NO_TEXT = 0xff;
/** Takes a fifth longer than zlib's usual 6, and gains 1 to 3 per cent of size. */
const LEVEL = 8;
/** Each costs some hundred bytes, most of all as the text beside it needs a table of its own. */
const MOST_PLACES = 40;
/** DEFLATE, no time, no name, of an unknown system. */
const HEAD = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff);
const TAIL_LENGTH = 8;

/** Compresses piece after piece; what it gives of each ends with a whole byte. */
function compressor() {
  const stream = createDeflateRaw({ level: LEVEL });
  const failed = Promise.withResolvers<never>();
  stream.on("error", failed.reject);
  let parts: Uint8Array[] = [];
  stream.on("data", (part: Uint8Array) => parts.push(part));
  const put = (piece: Uint8Array, flush = constants.Z_SYNC_FLUSH) => {
    const done = Promise.withResolvers<Uint8Array[]>();
    stream.write(piece);
    stream.flush(flush, () => {
      // What waits still to be told of is told of now.
      while (stream.read() !== null);
      done.resolve(parts);
      parts = [];
    });
    return Promise.race([done.promise, failed.promise]);
  };
  return { put, [Symbol.dispose]: () => stream.close() };
}

/** The head of a block that is stored as it is, and not the last one. */
function storedHead(length: number): Uint8Array {
  const head = new Uint8Array(5);
  const view = new DataView(head.buffer);
  view.setUint16(1, length, true);
  view.setUint16(3, ~length, true);
  return head;
}

const lengthOf = (parts: Uint8Array[]): number =>
  parts.reduce((sum, { length }) => sum + length, 0);

/**
 * Compresses a text around its numbers; null where that would be of no use.
 *
 * @param plain UTF-8.
 * @param places of the numbers, in order.
 */
export async function squeeze(
  plain: Uint8Array,
  places: Place[],
): Promise<Squeezed | null> {
  if (places.length > MOST_PLACES) return null;
  using deflate = compressor();
  const parts: Uint8Array[] = [HEAD];
  const holes: number[] = [];
  let from = 0;
  let size = HEAD.length;
  const add = (...more: Uint8Array[]) => {
    parts.push(...more);
    size += lengthOf(more);
  };
  for (const { at, length } of places) {
    if (at > from) add(...await deflate.put(plain.subarray(from, at)));
    add(storedHead(length));
    holes.push(size);
    add(new Uint8Array(length));
    await deflate.put(new Uint8Array(length).fill(NO_TEXT));
    from = at + length;
  }
  add(...await deflate.put(plain.subarray(from), constants.Z_FINISH));
  add(new Uint8Array(TAIL_LENGTH));
  if (size >= plain.length) return null;
  const file = joined(parts);
  new DataView(file.buffer).setUint32(size - 4, plain.length, true);
  return { plain, places, file, holes };
}

/**
 * The gzip file of the text with these numbers.
 *
 * @param numbers as long as those that were there.
 */
export function withNumbers(
  { plain, places, file, holes }: Squeezed,
  numbers: Uint8Array[],
): Uint8Array<ArrayBuffer> {
  const copy = file.slice();
  let [from, sum] = [0, 0];
  for (const [i, number] of numbers.entries()) {
    const { at, length } = places[i];
    copy.set(number, holes[i]);
    sum = crc32(number, crc32(plain.subarray(from, at), sum));
    from = at + length;
  }
  sum = crc32(plain.subarray(from), sum);
  new DataView(copy.buffer).setUint32(copy.length - TAIL_LENGTH, sum, true);
  return copy;
}
