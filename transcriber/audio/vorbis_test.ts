import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { ApiError } from "../http/errors.ts";
import { likeness } from "../testing/likeness.ts";
import { pcmOf, speak } from "../testing/speech.ts";
import { helloOgg } from "../testing/vorbis.ts";
import { decodeAudio } from "./decode.ts";

const signal = new AbortController().signal;
const without = { signal, ffmpeg: "/nonexistent/ffmpeg" };
const said = async () => pcmOf(await speak("hello how are you doing today"));

Deno.test("Vorbis in Ogg is heard without ffmpeg", async () => {
  const spoken = await said();
  const { pcm, format, cut } = await decodeAudio(await helloOgg(), without);
  assertEquals([format, cut], ["ogg", false]);
  assertAlmostEquals(pcm.length, spoken.length, 1_024);
  const alike = likeness(pcm, spoken);
  assert(alike > 0.95, `${alike}`);
});

Deno.test("of Vorbis that was cut, the whole pages are heard, and it says so", async () => {
  const ogg = await helloOgg();
  const part = await decodeAudio(ogg.slice(0, -100), without);
  assertEquals(part.cut, true);
  const whole = await said();
  assert(part.pcm.length > 0.4 * whole.length, `${part.pcm.length}`);
  assert(likeness(part.pcm, whole.subarray(0, part.pcm.length)) > 0.95);
});

/** The status and code of what comes of a file. */
const outcome = async (file: Uint8Array, maxSeconds?: number) => {
  try {
    await decodeAudio(file, { ...without, maxSeconds });
    return "heard";
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return `${error.status} ${error.code}`;
  }
};

Deno.test("Vorbis that is too long or damaged ends in an answer", async () => {
  const ogg = await helloOgg();
  assertEquals(await outcome(ogg, 0.5), "413 audio-too-long");
  let seed = 7;
  const random = (most: number) =>
    (seed = seed * 48_271 % 2_147_483_647) % most;
  const outcomes = new Set<string>();
  for (let run = 0; run < 8; run++) {
    const damaged = ogg.slice();
    for (let i = 0; i <= random(8); i++) {
      damaged[40 + random(ogg.length - 40)] = random(256);
    }
    outcomes.add(await outcome(damaged));
  }
  // Each takes a third of a second: lengths are tried far apart, and at the ends.
  const lengths = [30, 100, 3_000, 4_000, 4_500, ogg.length - 1];
  for (const length of lengths) {
    outcomes.add(await outcome(ogg.slice(0, length)));
  }
  for (const each of outcomes) {
    assert(
      /^(heard|422 audio-(broken|silent)|413 .*|415 .*)$/.test(each),
      each,
    );
  }
});
