/** Samples of a channel in a frame of AAC. */
export const FRAME = 1024;

/** How the child that decodes AAC ends where its library does not know something. */
export const UNKNOWN = 3;

/** What frames of AAC-LC are like. */
export interface AacShape {
  /** Hertz, and its place in the table of ISO 14496-3. */
  rate: number;
  rateIndex: number;
  channels: number;
}

const RATES = [
  ...[96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050],
  ...[16_000, 12_000, 11_025, 8_000],
];
const LC = 2, SBR = 5, PS = 29;

/**
 * The AudioSpecificConfig of a track (ISO 14496-3 §1.6.2.1): 5 bits of what it is, 4 of its rate, 4 of
 * its channels. HE-AAC is AAC-LC at half the rate, with what a voice needs; the rest of it is a part
 * of each frame that can be left out. Null for every other kind, and for more than two channels.
 */
export function aacShape(config: Uint8Array): AacShape | null {
  let at = 0;
  const bits = (count: number) => {
    let value = 0;
    for (let i = 0; i < count; i++, at++) {
      value = value << 1 | (config[at >> 3] ?? 0) >> (7 - (at & 7)) & 1;
    }
    return value;
  };
  let kind = bits(5);
  const rateIndex = bits(4);
  const channels = bits(4);
  if (kind === SBR || kind === PS) {
    const whole = bits(4);
    if (whole === 15) bits(24); // a rate that is not in the table
    kind = bits(5);
  }
  const isShort = bits(1) === 1; // frames of 960 samples
  const rate = RATES[rateIndex];
  const known = kind === LC && !isShort && rate !== undefined;
  return known && (channels === 1 || channels === 2)
    ? { rate, rateIndex, channels }
    : null;
}

/** Bytes of the head of an ADTS frame, and of a whole one at most. */
export const ADTS_HEAD = 7;
export const ADTS_MOST = 0x1fff;

/** The head of a frame with so many bytes (ISO 13818-7 §6.2): AAC-LC, without a checksum. */
export function adtsHead(
  { rateIndex, channels }: AacShape,
  bytes: number,
): Uint8Array {
  const length = bytes + ADTS_HEAD;
  return new Uint8Array([
    0xff,
    0xf1,
    (LC - 1) << 6 | rateIndex << 2,
    channels << 6 | length >> 11,
    length >> 3 & 0xff,
    (length & 7) << 5 | 0x1f,
    0xfc,
  ]);
}
