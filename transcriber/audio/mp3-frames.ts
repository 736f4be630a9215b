/** Kilobits a second of layer III, by MPEG 1 or a later version, and hertz (ISO 11172-3, 13818-3). */
const BIT_RATES = {
  1: [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
  2: [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
};
const RATES = [44_100, 48_000, 32_000];

/** A frame of layer III, by its head. */
export interface Mp3Frame {
  /** Bytes, the head among them. */
  length: number;
  /** Samples of each channel. */
  samples: number;
  /** Hertz. */
  rate: number;
  /** What all frames of a file have in common. */
  kind: string;
}

// ID3v2 §3.1: ten bytes, the last four of them a size of seven bits each.
/** Where the sound begins behind a tag of ID3. */
export function skipId3(bytes: Uint8Array): number {
  const [i, d, three] = bytes;
  if (i !== 0x49 || d !== 0x44 || three !== 0x33 || bytes.length < 10) return 0;
  const [flags, ...size] = bytes.subarray(5, 10);
  const footer = flags & 0x10 ? 10 : 0;
  return 10 + footer + size.reduce((sum, byte) => sum * 128 + (byte & 127), 0);
}

/** The layer III frame at a place; null when there is none, or its length is free. */
export function mp3Frame(bytes: Uint8Array, at: number): Mp3Frame | null {
  const [sync, head, rates] = bytes.subarray(at, at + 3);
  if (rates === undefined || sync !== 0xff || (head & 0xe6) !== 0xe2) {
    return null;
  }
  const version = head >> 3 & 3; // 3: MPEG 1, 2: MPEG 2, 0: MPEG 2.5
  const isFirst = version === 3;
  const kilobits = BIT_RATES[isFirst ? 1 : 2][rates >> 4];
  const rate = RATES[rates >> 2 & 3] / (isFirst ? 1 : version === 2 ? 2 : 4);
  if (version === 1 || !kilobits || !rate) return null;
  const padding = rates >> 1 & 1;
  const size = Math.floor((isFirst ? 144_000 : 72_000) * kilobits / rate);
  return {
    length: size + padding,
    samples: isFirst ? 1_152 : 576,
    rate,
    kind: `${version} ${rate}`,
  };
}

/**
 * The whole frames of an MP3, in order, all of one kind: what stands between them, frames of other
 * kinds and a last one that is cut are left out. What looks like a frame by chance has none after it.
 */
export function* mp3Frames(
  bytes: Uint8Array,
): Generator<Mp3Frame & { at: number }> {
  let kind: string | undefined;
  let following = false;
  for (let at = skipId3(bytes); at < bytes.length;) {
    const frame = mayBegin(bytes, at) ? mp3Frame(bytes, at) : null;
    following = frame !== null && frame.kind === (kind ?? frame.kind) &&
      isWhole(bytes, at, frame, following);
    if (!frame || !following) {
      at++;
      continue;
    }
    kind = frame.kind;
    yield { ...frame, at };
    at += frame.length;
  }
}

/** Whether the first two bytes can be those of a frame of layer III: asked at each byte. */
const mayBegin = (bytes: Uint8Array, at: number): boolean =>
  bytes[at] === 0xff && (bytes[at + 1] & 0xe6) === 0xe2;

/** Whether a frame is there with all its bytes, and followed by another, or follows one. */
function isWhole(
  bytes: Uint8Array,
  at: number,
  { length, kind }: Mp3Frame,
  following: boolean,
): boolean {
  const end = at + length;
  if (following || end >= bytes.length) return end <= bytes.length;
  return mp3Frame(bytes, end)?.kind === kind;
}
