import { opusFile } from "./files.ts";

/** Elements whose content is elements (RFC 9559 §5). */
const PARENTS = [
  0x1a45dfa3, // EBML
  0x18538067, // Segment
  0x1549a966, // Info
  0x1654ae6b, // Tracks
  0xae, // TrackEntry
  0xe1, // Audio
  0x1f43b675, // Cluster
];
const SEGMENT = 0x18538067, CLUSTER = 0x1f43b675, SIMPLE_BLOCK = 0xa3;
const UNKNOWN = [0x01, ...new Array(7).fill(0xff)];

/**
 * Speech in WebM of the shape Firefox writes: sizes of parents take eight bytes, that of the
 * segment is unknown. With `unknownClusters` those of clusters are, too, as of other live writers.
 */
export async function firefoxFile(
  pcm: Int16Array,
  { unknownClusters = false } = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const file = await opusFile(pcm, "webm");
  return Uint8Array.from(rewrite(file, unknownClusters));
}

function rewrite(bytes: Uint8Array, unknownClusters: boolean): number[] {
  const out: number[] = [];
  for (let at = 0; at < bytes.length;) {
    const idLength = Math.clz32(bytes[at]) - 23;
    const id = bytes.subarray(at, at + idLength)
      .reduce((value, byte) => value * 256 + byte, 0);
    const sizeAt = at + idLength;
    const sizeLength = Math.clz32(bytes[sizeAt]) - 23;
    const bits = [...bytes.subarray(sizeAt, sizeAt + sizeLength)]
      .map((byte) => byte.toString(2).padStart(8, "0")).join("")
      .slice(sizeLength);
    const from = sizeAt + sizeLength;
    const known = bits.includes("0");
    const end = known ? from + parseInt(bits, 2) : endOf(bytes, from, id);
    const isParent = PARENTS.includes(id);
    const content = isParent
      ? rewrite(bytes.subarray(from, end), unknownClusters)
      : [...bytes.subarray(from, end)];
    const isOpen = id === SEGMENT || (id === CLUSTER && unknownClusters);
    const size = isOpen
      ? UNKNOWN
      : isParent || id === SIMPLE_BLOCK
      ? long(content.length)
      : [...bytes.subarray(sizeAt, from)];
    out.push(...bytes.subarray(at, sizeAt), ...size, ...content);
    at = end;
  }
  return out;
}

/** An element of unknown size ends where the next of its kind begins, or with the file. */
function endOf(bytes: Uint8Array, from: number, id: number): number {
  if (id !== CLUSTER) return bytes.length;
  const mark = [0x1f, 0x43, 0xb6, 0x75];
  for (let at = from; at < bytes.length; at++) {
    if (mark.every((byte, i) => bytes[at + i] === byte)) return at;
  }
  return bytes.length;
}

const long = (size: number) => [
  0x01,
  ...[48, 40, 32, 24, 16, 8, 0].map((bits) =>
    Math.floor(size / 2 ** bits) % 256
  ),
];
