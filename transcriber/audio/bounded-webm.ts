import { readVint } from "./complete.ts";

const SEGMENT = 0x18538067, CLUSTER = 0x1f43b675, GROUP = 0xa0;
const ATTACHMENTS = 0x1941a469, ATTACHED_FILE = 0x61a7;
/** Whose elements are looked at one by one. */
const PARENTS = new Set([SEGMENT, CLUSTER, GROUP, ATTACHMENTS, ATTACHED_FILE]);
/** What clusters hold: when, and the sound. */
const SOUND = new Set([CLUSTER, GROUP, 0xe7, 0xa3, 0xa1, 0x9b, 0xa7, 0xab]);
/** What is skipped, whatever is in it: padding, checksums, an attached picture. */
const SKIPPED = new Set([0xec, 0xbf, 0x465c]);

/** Five minutes in blocks of 2.5 ms, the shortest there are, are 120,000. */
const MOST_SOUND = 250_000;
/** Of all others there is one each, or a few. */
const MOST_OTHERS = 1_000;
/** Bytes of what describes the sound; an index has 20 for each cluster. */
const MOST_BYTES = 512 * 1024;

/** Whether a WebM or Matroska file, whose elements are all there, has few enough of them. */
export function isWebmBounded(bytes: Uint8Array): boolean {
  let sound = 0, others = 0, described = 0;
  for (let at = 0; at < bytes.length;) {
    const id = readVint(bytes, at);
    const size = id && readVint(bytes, at + id.length);
    if (!size) return false;
    at += id.length + size.length;
    if (SOUND.has(id.raw)) sound++;
    else others++;
    if (!PARENTS.has(id.raw)) {
      at += size.value;
      if (!SOUND.has(id.raw) && !SKIPPED.has(id.raw)) described += size.value;
    }
    const isTooMuch = sound > MOST_SOUND || others > MOST_OTHERS ||
      described > MOST_BYTES;
    if (isTooMuch) return false;
  }
  return true;
}
