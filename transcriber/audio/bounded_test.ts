import { assert, assertEquals, assertFalse } from "@std/assert";
import {
  mp4Box,
  mp4Fragment,
  mp4Frames,
  oggComments,
  oggPage,
  oggStreams,
  webmOf,
} from "../testing/hostile.ts";
import { isBounded } from "./bounded.ts";
import { decodeAudio } from "./decode.ts";
import type { Format } from "./sniff.ts";
import { mendWav, readWav, wavOf } from "./wav.ts";

const TAGS = new TextEncoder().encode("OpusTags\0\0\0\0");
const head = (stream: number) => oggStreams(stream + 1).slice(-(28 + 19));
const joined = (...parts: Uint8Array[]) =>
  new Uint8Array(parts.flatMap((part) => [...part]));
/** The head of a stream, and another packet in the same page. */
function twoPackets() {
  const page = oggPage(0, 0, 2, joined(head(0).slice(28), new Uint8Array(255)));
  page.set([19, 255], 27);
  return page;
}
/** So many boxes of MP4, each in the one before. */
const nested = (depth: number): Uint8Array =>
  depth === 0 ? new Uint8Array() : mp4Box("moov", nested(depth - 1));
const type = mp4Box("ftyp", new Uint8Array(8));

/** What → a recording that says too much, and what it is. */
const TOO_MUCH: Record<string, [Format, Uint8Array]> = {
  "streams": ["ogg", oggStreams(33)],
  "streams in a row": [
    "ogg",
    joined(
      ...Array.from(
        { length: 33 },
        (_, i) =>
          joined(head(i), oggPage(i, 1, 0, joined(TAGS, new Uint8Array(4)))),
      ),
    ),
  ],
  "comments": ["ogg", oggComments(1_001)],
  "comments, of a number in the next page": [
    "ogg",
    joined(head(0), oggPage(0, 1, 0, TAGS), oggPage(0, 2, 1, TAGS)),
  ],
  "comments in the page of the head": [
    "ogg",
    twoPackets(),
  ],
  "comments by somebody with a long name": [
    "ogg",
    joined(
      head(0),
      oggPage(0, 1, 0, joined(TAGS.slice(0, 8), new Uint8Array(2_000).fill(9))),
    ),
  ],
  "padding": ["webm", webmOf([0xec, 0x80], 1_001)],
  "tracks": ["webm", webmOf([0x16, 0x54, 0xae, 0x6b, 0x80], 1_001)],
  "clusters": ["webm", webmOf([0x1f, 0x43, 0xb6, 0x75, 0x80], 250_001)],
  "blocks": ["webm", webmOf([0xa3, 0x80], 250_001)],
  "of a block": ["webm", webmOf([0xa0, 0x83, 0x75, 0xa2, 0x80], 1_001)],
  "of tags": [
    "webm",
    webmOf([0x12, 0x54, 0xc3, 0x67, 0x42, 0xff, ...Array(767).fill(0)], 700),
  ],
  "boxes": [
    "mp4",
    joined(type, mp4Box("moov", joined(...Array(25_001).fill(mp4Box("trak"))))),
  ],
  "boxes in boxes": ["mp4", joined(type, nested(12))],
  "frames": ["mp4", await mp4Frames(60_001)],
  "frames, as far as one can count": ["mp4", await mp4Frames(0xffff_ffff)],
  "frames of a fragment": ["mp4", mp4Fragment(60_001)],
};

for (const [what, [format, bytes]] of Object.entries(TOO_MUCH)) {
  Deno.test(`a ${format} recording says no more than it can hold: ${what}`, async () => {
    assertFalse(isBounded(bytes, format));
    const error = await decodeAudio(bytes, {
      signal: new AbortController().signal,
      ffmpeg: "/nonexistent/ffmpeg",
    }).catch((error) => error);
    assertEquals(error.code, "audio-broken");
  });
}

Deno.test("what recorders write is not too much", async () => {
  assert(isBounded(oggStreams(32), "ogg"));
  assert(isBounded(oggComments(1_000), "ogg"));
  assert(isBounded(webmOf([0xec, 0x80], 998), "webm"));
  assert(isBounded(await mp4Frames(59_000), "mp4"));
  assert(isBounded(mp4Fragment(60_000), "mp4"));
});

Deno.test("the walk through a recording ends, whatever its bytes", () => {
  for (const format of ["ogg", "webm", "mp4"] as const) {
    for (let value = 0; value < 256; value++) {
      isBounded(new Uint8Array(1_000).fill(value), format);
    }
  }
});

Deno.test("of a WAV file the demuxer gets its sound, and none of what else it says", () => {
  const plain = wavOf(new Int16Array(16_000).map((_, i) => (i % 50) * 300));
  const chunk = joined(new TextEncoder().encode("LIST\0\0\0\0"));
  const full = joined(
    plain.slice(0, 36),
    ...Array(1_000).fill(chunk),
    plain.slice(36),
    ...Array(1_000).fill(chunk),
  );
  const sound = mendWav(full, readWav(full)!)!;
  assertEquals(sound, plain);
});
