/** A tone without words as a WAV file: 16 kHz, mono, 16 bits (RIFF, Multimedia PCM). */
export function tone(seconds = 1): Uint8Array<ArrayBuffer> {
  const rate = 16_000;
  const size = rate * 2 * seconds;
  const bytes = new Uint8Array(44 + size);
  const view = new DataView(bytes.buffer);
  const write = (at: number, text: string) =>
    bytes.set(new TextEncoder().encode(text), at);
  write(0, "RIFF");
  view.setUint32(4, 36 + size, true);
  write(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, rate, true);
  view.setUint32(28, rate * 2, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  write(36, "data");
  view.setUint32(40, size, true);
  for (let i = 0; i < size / 2; i++) {
    view.setInt16(44 + i * 2, 8_000 * Math.sin(i / 6), true);
  }
  return bytes;
}

/** The checksum of a page of Ogg (RFC 3533 §6). */
function checksum(bytes: Uint8Array): number {
  let sum = 0;
  for (const byte of bytes) {
    sum ^= byte << 24;
    for (let bit = 0; bit < 8; bit++) {
      sum = sum & 0x8000_0000 ? (sum << 1) ^ 0x04c1_1db7 : sum << 1;
    }
  }
  return sum >>> 0;
}

/** A page of Ogg; `flag` 2 begins a stream, 4 ends it. */
function oggPage(
  packets: Uint8Array[],
  { number, flag, samples }: { number: number; flag: number; samples: number },
): Uint8Array {
  const size = packets.reduce((sum, { length }) => sum + length, 0);
  const page = new Uint8Array(27 + packets.length + size);
  const view = new DataView(page.buffer);
  page.set(new TextEncoder().encode("OggS"));
  page[5] = flag;
  view.setBigUint64(6, BigInt(samples), true);
  view.setUint32(14, 1, true);
  view.setUint32(18, number, true);
  page[26] = packets.length;
  let at = 27 + packets.length;
  packets.forEach((packet, i) => {
    page[27 + i] = packet.length;
    page.set(packet, at);
    at += packet.length;
  });
  view.setUint32(22, checksum(page), true);
  return page;
}

/** 120 ms of silence: two frames of 60 ms without a byte (RFC 6716 §3.2.5). */
const SILENCE = new Uint8Array([0b0101_1011, 0b0000_0010]);
const SILENCE_SAMPLES = 5_760;

/** An Ogg file of Opus that lasts for hours (RFC 7845). */
export function hoursOfOpus(hours: number): Blob {
  const ascii = (text: string) => new TextEncoder().encode(text);
  const head = new Uint8Array(19);
  head.set(ascii("OpusHead"));
  head.set([1, 1], 8);
  new DataView(head.buffer).setUint32(12, 48_000, true);
  const tags = new Uint8Array(16);
  tags.set(ascii("OpusTags"));
  const pages = [
    oggPage([head], { number: 0, flag: 2, samples: 0 }),
    oggPage([tags], { number: 1, flag: 0, samples: 0 }),
  ];
  const each = 255;
  const count = Math.ceil(hours * 3_600 / 0.12 / each);
  const packets = Array<Uint8Array>(each).fill(SILENCE);
  for (let i = 1; i <= count; i++) {
    const samples = i * each * SILENCE_SAMPLES;
    const flag = i === count ? 4 : 0;
    pages.push(oggPage(packets, { number: i + 1, flag, samples }));
  }
  return new Blob(pages as BlobPart[]);
}
