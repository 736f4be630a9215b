import type { Format } from "./sniff.ts";

/**
 * False when a container says more bytes than arrived. The demuxer leaves the cut piece out
 * silently, and words a person spoke must not go missing without a word about it.
 * Ogg and FLAC are judged by their decoders, and an MPEG stream has no end to miss.
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
    if (length < 8) return false;
    at += length;
  }
  return at === bytes.length;
}

/** Programs that write to a pipe cannot know the size, and put a huge one. */
const UNKNOWN_WAV_SIZE = 0x7fff0000;

function isWavComplete(bytes: Uint8Array): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 12;
  while (at + 8 <= bytes.length) {
    const size = view.getUint32(at + 4, true);
    if (view.getUint32(at) === 0x64617461 /* "data" */) {
      return size >= UNKNOWN_WAV_SIZE || at + 8 + size <= bytes.length;
    }
    at += 8 + size + size % 2;
  }
  return false;
}

const SEGMENT = 0x18538067, CLUSTER = 0x1f43b675;

// RFC 8794: element = id, size, content. Segments and clusters are entered, whatever their
// size says: a browser that records writes "unknown".
function isWebmComplete(bytes: Uint8Array): boolean {
  let at = 0;
  while (at < bytes.length) {
    const id = readVint(bytes, at);
    const size = id && readVint(bytes, at + id.length);
    if (!size) return false;
    at += id.length + size.length;
    const end = size.unknown ? at : at + size.value;
    if (end > bytes.length) return false;
    if (id.raw !== SEGMENT && id.raw !== CLUSTER) at = end;
  }
  return true;
}

/** RFC 8794 §4: the leading zero bits of the first byte tell the length. Null when cut or invalid. */
function readVint(bytes: Uint8Array, at: number) {
  const length = Math.clz32(bytes[at] ?? 0) - 23;
  if (length > 8 || at + length > bytes.length) return null;
  let raw = 0;
  for (let i = 0; i < length; i++) raw = raw * 256 + bytes[at + i];
  const marker = 2 ** (7 * length);
  const value = raw - marker;
  return { length, raw, value, unknown: value === marker - 1 };
}
