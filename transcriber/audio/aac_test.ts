import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertRejects,
} from "@std/assert";
import { ApiError } from "../http/errors.ts";
import { changedM4a, helloM4a, withUpperHalf } from "../testing/aac.ts";
import { likeness } from "../testing/likeness.ts";
import { pcmOf, speak } from "../testing/speech.ts";
import { aacShape } from "./aac-frames.ts";
import { decodeAudio } from "./decode.ts";

const signal = new AbortController().signal;
const without = { signal, ffmpeg: "/nonexistent/ffmpeg" };

const said = async () => pcmOf(await speak("hello how are you doing today"));

Deno.test("what a phone recorded is heard without ffmpeg, with its words where they were said", async () => {
  const spoken = await said();
  const { pcm, format, cut } = await decodeAudio(await helloM4a(), without);
  assertEquals([format, cut], ["mp4", false]);
  assertAlmostEquals(pcm.length, spoken.length, 1_024);
  const alike = likeness(pcm, spoken);
  assert(alike > 0.95, `${alike}`);
});

Deno.test("of HE-AAC the half with the voice is heard", async () => {
  // What it is, the rate of the core, and that of the whole; then what the core is.
  const heAac = new Uint8Array([0x2c, 0x0a, 0x88, 0x00]);
  assertEquals(aacShape(heAac)?.rate, 16_000);
  const file = await changedM4a(withUpperHalf, heAac);
  const { pcm } = await decodeAudio(file, without);
  const alike = likeness(pcm.subarray(1_024), await said());
  assert(alike > 0.95, `${alike}`);
});

Deno.test("of all kinds of AAC those are known that two channels of speech may be", () => {
  const bits = (text: string) =>
    Uint8Array.from(
      text.replaceAll(" ", "").match(/.{1,8}/g) ?? [],
      (byte) => parseInt(byte.padEnd(8, "0"), 2),
    );
  const cases: [string, string, number[] | null][] = [
    ["LC, 44.1 kHz, stereo", "00010 0100 0010 000", [44_100, 2]],
    ["LC, 8 kHz, mono", "00010 1011 0001 000", [8_000, 1]],
    ["LC, six channels", "00010 0011 0110 000", null],
    ["LC, channels said elsewhere", "00010 0011 0000 000", null],
    ["LC, frames of 960 samples", "00010 0011 0010 100", null],
    ["LC, a rate of its own", "00010 1111", null],
    ["HE, mono, of 48 kHz", "00101 0110 0001 0011 00010 000", [24_000, 1]],
    ["HE of two channels in one", "11101 0110 0001 0011 00010 000", [
      24_000,
      1,
    ]],
    ["Main", "00001 0100 0010 000", null],
    ["xHE", "11111 001010 0100 0010", null],
    ["nothing", "", null],
  ];
  for (const [title, config, expected] of cases) {
    const shape = aacShape(bits(config));
    assertEquals(shape && [shape.rate, shape.channels], expected, title);
  }
});

async function refusal(file: Uint8Array, maxSeconds?: number) {
  const error = await assertRejects(
    () => decodeAudio(file, { ...without, maxSeconds }),
    ApiError,
  );
  return `${error.status} ${error.code}`;
}

Deno.test("AAC that is damaged, too long or of an unknown kind is refused", async () => {
  const noise = (frame: Uint8Array) => frame.map((_, i) => i * 73 % 251);
  assertEquals(await refusal(await changedM4a(noise)), "422 audio-broken");
  const one = (frame: Uint8Array, at: number) =>
    at === 9 ? noise(frame) : frame;
  assertEquals(await refusal(await changedM4a(one)), "422 audio-broken");
  const large = () => new Uint8Array(8_190);
  assertEquals(await refusal(await changedM4a(large)), "422 audio-broken");
  assertEquals(await refusal(await helloM4a(), 0.5), "413 audio-too-long");
  const short = new Uint8Array([0x14, 0x0c]); // frames of 960 samples
  const same = (frame: Uint8Array) => frame;
  assertEquals(
    await refusal(await changedM4a(same, short)),
    "415 audio-format",
  );
});

Deno.test("nobody decodes on for somebody who has gone", async () => {
  const gone = new AbortController();
  const file = await helloM4a();
  const decoding = decodeAudio(file, { ...without, signal: gone.signal });
  setTimeout(() => gone.abort(), 20);
  await assertRejects(() => decoding, DOMException);
});
