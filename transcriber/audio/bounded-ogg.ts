import { isOggPage, oggPageEnd } from "./cut.ts";

/** Streams side by side, or one after another; the demuxer compares each with all before it. */
const MOST_STREAMS = 32;
/** Comments of a stream, which the demuxer copies for each; and bytes of who wrote them. */
const MOST_COMMENTS = 1_000, MOST_VENDOR = 1_000;

/** Flags of a page (RFC 3533 §6): it goes on with a packet, or begins a stream. */
const CONTINUED = 1, FIRST = 2;

/** What the demuxer knows: how their first two packets begin (RFC 7845 §5; Vorbis I §4.2.1). */
const CODECS = [
  ["OpusHead", "OpusTags"],
  ["\x01vorbis", "\x03vorbis"],
];

/** Whether an Ogg file has few enough streams, and each of them few enough comments. */
export function isOggBounded(bytes: Uint8Array): boolean {
  /** Streams whose next page begins with comments, by their number → how. */
  const waiting = new Map<number, string>();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let streams = 0;
  for (let at = 0; isOggPage(bytes, at);) {
    const end = oggPageEnd(bytes, at);
    if (end === null) break;
    const stream = view.getUint32(at + 14, true);
    const content = at + 27 + bytes[at + 26];
    const tags = waiting.get(stream);
    if (bytes[at + 5] & FIRST) {
      if (++streams > MOST_STREAMS) return false;
      const codec = CODECS.find(([head]) => begins(bytes, content, head));
      if (codec && !isOnePacket(bytes, at)) return false;
      if (codec) waiting.set(stream, codec[1]);
    } else if (tags !== undefined) {
      const isNew = !(bytes[at + 5] & CONTINUED);
      const head = content + tags.length;
      if (!isNew || !begins(bytes, content, tags)) return false;
      if (!areFew(view, head, end)) return false;
      waiting.delete(stream);
    }
    at = end;
  }
  return true;
}

const begins = (bytes: Uint8Array, at: number, text: string): boolean =>
  [...text].every((sign, i) => bytes[at + i] === sign.charCodeAt(0));

/** Whether the packet that begins with the page ends with it, as heads do. */
function isOnePacket(bytes: Uint8Array, at: number): boolean {
  const lengths = bytes.subarray(at + 27, at + 27 + bytes[at + 26]);
  return lengths.findIndex((length) => length < 255) === lengths.length - 1;
}

/** Whether the number of comments stands in the page, and is small. */
function areFew(view: DataView, head: number, end: number): boolean {
  if (head + 4 > end) return false;
  const vendor = view.getUint32(head, true);
  const count = head + 4 + vendor;
  return vendor <= MOST_VENDOR && count + 4 <= end &&
    view.getUint32(count, true) <= MOST_COMMENTS;
}
