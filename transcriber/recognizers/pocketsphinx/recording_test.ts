import { assertEquals, assertRejects } from "@std/assert";
import { ApiError } from "../../http/errors.ts";
import type { Decoder } from "./decoder.ts";
import { recogniseRecording } from "./recording.ts";

/** A decoder that hears speech where samples are not zero, and in each stretch the next word. */
function hearing(...words: [word: string, confidence: number][]) {
  let speaks = false;
  const decoder = {
    forget() {},
    beginUtterance() {},
    process(pcm: Int16Array) {
      speaks = pcm.some((value) => value !== 0);
      return Promise.resolve();
    },
    endUtterance: () => Promise.resolve(),
    inSpeech: () => speaks,
    segments() {
      const [word, confidence] = words.shift()!;
      return Promise.resolve([{ word, start: 0, end: 0.5, confidence }]);
    },
  };
  return decoder as unknown as Decoder;
}

/** Two stretches of a second with a second of quiet before each. */
const twice = Int16Array.from(
  { length: 64_000 },
  (_, i) => Math.floor(i / 16_000) % 2 * 3_000,
);
const wanted = () => {};

Deno.test("sound that is more likely noise than words is not understood", async () => {
  const decoder = hearing(["the", 0.001], ["see", 0.2]);
  const error = await assertRejects(
    () => recogniseRecording(decoder, twice, wanted),
    ApiError,
  );
  assertEquals([error.status, error.code], [422, "audio-not-understood"]);
});

Deno.test("noise between sentences is left out, and doubtful words are kept", async () => {
  const decoder = hearing(["the", 0.001], ["report", 0.4]);
  const sentences = await recogniseRecording(decoder, twice, wanted);
  assertEquals(sentences.flat().map(({ word }) => word), ["report"]);
});

Deno.test("what sounds on and never rises or falls is no speech, however sure the engine is", async () => {
  const hum = new Int16Array(32_000).fill(3_000);
  const error = await assertRejects(
    () => recogniseRecording(hearing(["up", 0.99]), hum, wanted),
    ApiError,
  );
  assertEquals(error.code, "audio-not-understood");
});

Deno.test("each stretch of speech is a sentence, with its time in the recording", async () => {
  const decoder = hearing(["hello", 1], ["there", 1]);
  const sentences = await recogniseRecording(decoder, twice, wanted);
  assertEquals(
    sentences.map(([{ word, start }]) => [word, start]),
    [["hello", 0.7], ["there", 2.7]],
  );
});

Deno.test("a quiet recording has no sentences", async () => {
  const quiet = new Int16Array(16_000);
  assertEquals(await recogniseRecording(hearing(), quiet, wanted), []);
});
