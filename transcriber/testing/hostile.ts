/** Small recordings that say what takes a careless reader seconds, or for ever. */
import { helloM4a } from "./aac.ts";

const ascii = (text: string) => new TextEncoder().encode(text);

const joined = (...parts: Uint8Array[]) =>
  new Uint8Array(parts.flatMap((part) => [...part]));

const little = (value: number) =>
  new Uint8Array(new Uint32Array([value]).buffer);

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

/** A page of Ogg with a packet, or part of one; `flag` 1 goes on with it, 2 begins a stream. */
export function oggPage(
  stream: number,
  number: number,
  flag: number,
  packet: Uint8Array,
): Uint8Array {
  const lengths = Array(Math.floor(packet.length / 255)).fill(255);
  // Exactly 255 pieces of 255 go on in the next page.
  if (lengths.length < 255) lengths.push(packet.length % 255);
  const page = joined(
    ascii("OggS\0"),
    new Uint8Array([flag, ...Array(8).fill(0)]),
    little(stream),
    little(number),
    little(0),
    new Uint8Array([lengths.length, ...lengths]),
    packet,
  );
  page.set(little(checksum(page)), 22);
  return page;
}

const head = joined(ascii("OpusHead"), new Uint8Array([1, 1, ...Array(9)]));

/** An Ogg file of so many streams, each with nothing but its head. */
export const oggStreams = (count: number): Uint8Array<ArrayBuffer> =>
  joined(...Array.from({ length: count }, (_, i) => oggPage(i, 0, 2, head)));

/** An Ogg file of one stream with so many comments, all of one name. */
export function oggComments(count: number): Uint8Array<ArrayBuffer> {
  const tags = joined(
    ascii("OpusTags"),
    ...[little(0), little(count)],
    ...Array(count).fill(joined(little(3), ascii("a=b"))),
  );
  const pages = [oggPage(1, 0, 2, head)];
  for (let at = 0; at < tags.length; at += 65_025) {
    const flag = at === 0 ? 0 : 1;
    pages.push(oggPage(1, pages.length, flag, tags.subarray(at, at + 65_025)));
  }
  pages.push(oggPage(1, pages.length, 4, new Uint8Array([0xfc])));
  return joined(...pages);
}

/** An MP4 file of 7 KB whose table of times says that it has so many frames, each of no length. */
export async function mp4Frames(
  count: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const file = await helloM4a();
  const view = new DataView(file.buffer);
  const at = new TextDecoder("latin1").decode(file).indexOf("stts");
  view.setUint32(at + 12, count);
  view.setUint32(at + 16, 0);
  return file;
}

/** A box of MP4 with others, or bytes, in it. */
export const mp4Box = (type: string, ...content: Uint8Array[]) => {
  const bytes = joined(...content);
  const head = new Uint8Array(8);
  new DataView(head.buffer).setUint32(0, 8 + bytes.length);
  head.set(ascii(type), 4);
  return joined(head, bytes);
};

/** An MP4 file with a fragment that says that it has so many frames, and says nothing of them. */
export function mp4Fragment(count: number): Uint8Array<ArrayBuffer> {
  const run = new Uint8Array(8);
  new DataView(run.buffer).setUint32(4, count);
  return joined(
    mp4Box("ftyp", ascii("iso5\0\0\0\0")),
    mp4Box("moof", mp4Box("traf", mp4Box("trun", run))),
  );
}

/** A WebM file, and in its segment these elements so many times. */
export const webmOf = (element: number[], count: number) =>
  joined(
    new Uint8Array([0x1a, 0x45, 0xdf, 0xa3, 0x80]),
    new Uint8Array([0x18, 0x53, 0x80, 0x67, 0xff]),
    new Uint8Array(Array(count).fill(element).flat()),
  );
