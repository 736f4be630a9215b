import { assert, assertFalse } from "@std/assert";
import { firefoxFile } from "../testing/firefox.ts";
import { opusFile, tone, wavFile } from "../testing/files.ts";
import { isComplete } from "./complete.ts";
import { toInt16 } from "./samples.ts";

const speech = toInt16(tone(440, 1, 16_000));

Deno.test("a WAV file is complete when all the bytes it promises are there", () => {
  const wav = wavFile(tone(440, 0.1, 16_000), { rate: 16_000, bits: 16 });
  assert(isComplete(wav, "wav"));
  assertFalse(isComplete(wav.slice(0, -2), "wav"));
  assertFalse(isComplete(wav.slice(0, 30), "wav"));
  assertFalse(isComplete(wav.slice(0, 12), "wav"));
});

Deno.test("a WAV file of a program that could not know its size is complete", () => {
  const wav = wavFile(tone(440, 0.1, 16_000), { rate: 16_000, bits: 16 });
  for (const size of [0, 0x7fff0000, 0xffffffff]) {
    new DataView(wav.buffer).setUint32(40, size, true);
    assert(isComplete(wav, "wav"), `${size}`);
  }
});

Deno.test("a WebM file cut anywhere inside an element is not complete", async () => {
  const webm = await opusFile(speech, "webm");
  assert(isComplete(webm, "webm"));
  for (const cut of [1, 3, 10, webm.length >> 1, (webm.length >> 1) + 1]) {
    assertFalse(isComplete(webm.slice(0, -cut), "webm"), `${cut} bytes short`);
  }
});

Deno.test("a WebM file in Firefox's shape is complete: sizes of eight bytes, unknown ones", async () => {
  const webm = await firefoxFile(speech);
  assert(isComplete(webm, "webm"));
  assertFalse(isComplete(webm.slice(0, -1), "webm"));
  const unknown = await firefoxFile(speech, { unknownClusters: true });
  assert(isComplete(unknown, "webm"));
  assertFalse(isComplete(unknown.slice(0, -1), "webm"));
});

Deno.test("sizes of every length are read, without their marker", () => {
  const VOID = 0xec;
  for (let length = 1; length <= 8; length++) {
    const size = new Uint8Array(length);
    size[0] = 0x80 >> (length - 1);
    size[length - 1] |= 3;
    const file = new Uint8Array([VOID, ...size, 1, 2, 3]);
    assert(isComplete(file, "webm"), `${length} bytes`);
    assertFalse(isComplete(file.slice(0, -1), "webm"), `${length} bytes`);
    // Only segments and clusters may say "unknown".
    size.fill(0xff, 1)[0] |= 0xff >> length;
    const unknown = new Uint8Array([VOID, ...size, 1, 2, 3]);
    assertFalse(isComplete(unknown, "webm"), `${length} bytes`);
  }
  const longId = new Uint8Array([0x08, 1, 1, 1, 1, 0x81, 0]);
  assertFalse(isComplete(longId, "webm"), "an id of five bytes");
});

Deno.test("an MP4 file may say its sizes in 64 bits, and leave out the last", () => {
  const type = new TextEncoder().encode("free");
  const long = new Uint8Array([
    0,
    0,
    0,
    1,
    ...type,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    17,
    9,
  ]);
  assert(isComplete(long, "mp4"));
  assertFalse(isComplete(long.slice(0, -1), "mp4"));
  assert(isComplete(new Uint8Array([0, 0, 0, 0, ...type, 9, 9]), "mp4"));
  const small = long.slice();
  small[15] = 15; // its own head is longer
  assertFalse(isComplete(small, "mp4"));
  const huge = long.slice().fill(0xff, 8, 16);
  assertFalse(isComplete(huge, "mp4"));
});

Deno.test("the walk through a WebM file ends, whatever its bytes", () => {
  for (let value = 0; value < 256; value++) {
    isComplete(new Uint8Array(1_000).fill(value), "webm");
  }
});

Deno.test("an MP4 file cut anywhere is not complete", async () => {
  const mp4 = await opusFile(speech, "mp4");
  assert(isComplete(mp4, "mp4"));
  for (const cut of [1, 7, 8, 12, mp4.length >> 1, mp4.length - 20]) {
    assertFalse(isComplete(mp4.slice(0, -cut), "mp4"), `${cut} bytes short`);
  }
});
