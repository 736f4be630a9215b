/** What the `fmt ` chunk of a WAV file says, and where its sound is. */
export interface WavHead {
  /** The codec, 1 for integers; see `isPcmTag`. */
  tag: number;
  /** Where the content of the `fmt ` chunk begins. */
  format: number;
  /** Where the sound begins, and the bytes of it the file says it has. */
  data: number;
  size: number;
}

/** Programs that write to a pipe cannot know the size, and put a huge one, or none. */
const UNKNOWN_SIZE = 0x7fff0000;

const FMT = 0x666d7420, DATA = 0x64617461;
const PCM = 1, FLOAT = 3, A_LAW = 6, MU_LAW = 7, EXTENSIBLE = 0xfffe;

/** Whether a codec needs no decoder: integers, floats, A-law or µ-law. */
export const isPcmTag = (tag: number): boolean =>
  [PCM, FLOAT, A_LAW, MU_LAW].includes(tag);

const viewOf = (bytes: Uint8Array) =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** Reads the chunks of a WAV file up to its sound; null when it is cut before, or has none. */
export function readWav(bytes: Uint8Array): WavHead | null {
  const view = viewOf(bytes);
  let format: number | null = null;
  let at = 12;
  while (at + 8 <= bytes.length) {
    const id = view.getUint32(at);
    const size = view.getUint32(at + 4, true);
    at += 8;
    if (id === FMT && size >= 14 && at + size <= bytes.length) format = at;
    if (id === DATA) {
      if (format === null) return null;
      const unknown = size === 0 || size >= UNKNOWN_SIZE;
      return {
        tag: tagOf(view, format),
        format,
        data: at,
        size: unknown ? bytes.length - at : size,
      };
    }
    at += size + size % 2;
  }
  return null;
}

// WAVEFORMATEXTENSIBLE: the codec is the beginning of a GUID.
function tagOf(view: DataView, format: number): number {
  const tag = view.getUint16(format, true);
  const size = view.getUint32(format - 4, true);
  return tag === EXTENSIBLE && size >= 40
    ? view.getUint16(format + 24, true)
    : tag;
}

/** Bytes of the longest `fmt ` chunk that means something: 40, and what a codec adds. */
const MOST_FORMAT = 1_024;

/**
 * The same sound and nothing else, with the sizes as they are, for a demuxer that believes what a
 * file says of itself and reads each of its chunks. Null when its channels and bits make no sense.
 */
export function mendWav(
  bytes: Uint8Array,
  { tag, format, data, size }: WavHead,
): Uint8Array<ArrayBuffer> | null {
  const given = viewOf(bytes);
  const length = given.getUint32(format - 4, true);
  if (length > MOST_FORMAT) return null;
  const channels = given.getUint16(format + 2, true);
  const bits = tag === A_LAW || tag === MU_LAW || length < 16
    ? 8
    : given.getUint16(format + 14, true);
  const block = channels * Math.ceil(bits / 8);
  if (block === 0 || block > 0xffff) return null;
  const head = 20 + length + length % 2;
  const mended = new Uint8Array(head + 8 + size);
  mended.set(bytes.subarray(0, 12));
  mended.set(bytes.subarray(format - 8, format + length), 12);
  mended.set(bytes.subarray(data, data + size), head + 8);
  const view = viewOf(mended);
  view.setUint32(4, mended.length - 8, true);
  view.setUint16(20 + 12, block, true);
  view.setUint32(head, DATA);
  view.setUint32(head + 4, size, true);
  return mended;
}

/** A WAV file of mono, 16 kHz, signed 16-bit samples. */
export function wavOf(pcm: Int16Array): Uint8Array<ArrayBuffer> {
  const rate = 16_000;
  const view = new DataView(new ArrayBuffer(44));
  const text = (at: number, value: string) =>
    new Uint8Array(view.buffer).set(new TextEncoder().encode(value), at);
  text(0, "RIFF");
  view.setUint32(4, 36 + pcm.byteLength, true);
  text(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, PCM, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, rate, true);
  view.setUint32(28, rate * 2, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  text(36, "data");
  view.setUint32(40, pcm.byteLength, true);
  const file = new Uint8Array(44 + pcm.byteLength);
  file.set(new Uint8Array(view.buffer));
  file.set(new Uint8Array(pcm.buffer, pcm.byteOffset, pcm.byteLength), 44);
  return file;
}
