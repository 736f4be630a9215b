import { assert, assertFalse } from "@std/assert";
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
  new DataView(wav.buffer).setUint32(40, 0xffffffff, true);
  assert(isComplete(wav, "wav"));
});

Deno.test("a WebM file cut anywhere inside an element is not complete", async () => {
  const webm = await opusFile(speech, "webm");
  assert(isComplete(webm, "webm"));
  for (const cut of [1, 3, 10, webm.length >> 1, (webm.length >> 1) + 1]) {
    assertFalse(isComplete(webm.slice(0, -cut), "webm"), `${cut} bytes short`);
  }
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
