import type { Format } from "./sniff.ts";
import { readWav } from "./wav.ts";

/**
 * False when a container says more bytes than arrived. The demuxer leaves the cut piece out
 * silently, and words a person spoke must not go missing without a word about it.
 * Ogg, FLAC and MPEG are made to be read while they still grow: what arrived is kept; see `cut.ts`.
 */
export function isComplete(bytes: Uint8Array, format: Format): boolean {
  if (format === "wav") return isWavComplete(bytes);
  if (format === "webm") return isWebmComplete(bytes);
  if (format === "mp4") return isMp4Complete(bytes);
  return true;
}

// ISO 14496-12 §4.2: box = size, type, content; size 1 means that 64 bits follow, 0 "to the end".
function isMp4Complete(bytes: Uint8Array): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  while (at < bytes.length) {
    if (at + 8 > bytes.length) return false;
    const size = view.getUint32(at);
    if (size === 0) return true;
    if (size === 1 && at + 16 > bytes.length) return false;
    const length = size === 1 ? Number(view.getBigUint64(at + 8)) : size;
    if (length < (size === 1 ? 16 : 8)) return false;
    at += length;
  }
  return at === bytes.length;
}

function isWavComplete(bytes: Uint8Array): boolean {
  const head = readWav(bytes);
  return head !== null && head.data + head.size <= bytes.length;
}

const SEGMENT = 0x18538067, CLUSTER = 0x1f43b675;

// RFC 8794: element = id, size, content. Segments and clusters are entered, whatever their
// size says: a browser that records writes "unknown". Nothing else may say so (RFC 9559 §5).
function isWebmComplete(bytes: Uint8Array): boolean {
  let at = 0;
  while (at < bytes.length) {
    const id = readVint(bytes, at);
    const size = id && readVint(bytes, at + id.length);
    if (!size || id.length > LONGEST_ID) return false;
    at += id.length + size.length;
    const isParent = id.raw === SEGMENT || id.raw === CLUSTER;
    if (size.unknown && !isParent) return false;
    if (!size.unknown && at + size.value > bytes.length) return false;
    if (!isParent) at += size.value;
  }
  return true;
}

/** Bytes of the longest id of Matroska (RFC 8794 §11.2.4, EBMLMaxIDLength). */
const LONGEST_ID = 4;

/**
 * RFC 8794 §4: the leading zero bits of the first byte tell the length, and the first bit set, the
 * marker, is no part of the value. All bits of a value set mean "unknown". Null when cut or
 * invalid. A value of eight bytes may be rounded, and is far more than any file holds by then;
 * `raw`, with the marker, is exact for the four bytes of an id.
 */
export function readVint(bytes: Uint8Array, at: number) {
  const length = Math.clz32(bytes[at] ?? 0) - 23;
  if (length > 8 || at + length > bytes.length) return null;
  const mask = 0xff >> length;
  let value = bytes[at] & mask;
  let unknown = value === mask;
  let raw = bytes[at];
  for (let i = 1; i < length; i++) {
    const byte = bytes[at + i];
    unknown &&= byte === 0xff;
    value = value * 256 + byte;
    raw = raw * 256 + byte;
  }
  return { length, raw, value, unknown };
}
