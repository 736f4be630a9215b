import { assert, assertEquals, assertRejects } from "@std/assert";
import { ApiError } from "../../http/errors.ts";
import { withGoogle } from "../../testing/google.ts";
import { joinPcm, pcmOf, speak } from "../../testing/speech.ts";
import { SENTENCES } from "../contract.ts";
import type { Update } from "../recognizer.ts";

const never = new AbortController().signal;
const english = { language: "en-US", signal: never };
const HEARD = "Hello how are you doing today.";
const hello = async () => pcmOf(await speak(SENTENCES[0]));

Deno.test("google: a live call the service ends goes on in another, without a word lost or told twice", () =>
  withGoogle(async (engine, standin) => {
    const updates: Update[] = [];
    const stream = await engine.start({
      ...english,
      onUpdate: (update) => updates.push(update),
    });
    const pcm = joinPcm(
      await hello(),
      1,
      pcmOf(await speak(SENTENCES[1])),
      1,
    );
    // 305 s of a call, or seconds without audio: both end it with OUT_OF_RANGE.
    standin.fail({ code: 11, message: "Audio Timeout Error", after: 40 });
    for (let at = 0; at < pcm.length; at += 1_600) {
      await stream.feed(pcm.subarray(at, at + 1_600));
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    await stream.finish();
    await stream.close();
    const finals = updates.filter(({ type }) => type === "final");
    assertEquals(finals.map(({ text }) => text), [
      HEARD,
      "Please send me the report before noon.",
    ]);
    const words = finals.flatMap((update) =>
      update.type === "final" ? update.words : []
    );
    const whole = (await engine.transcribe(pcm, english)).words;
    assertEquals(words.length, whole.length);
    words.forEach(({ word, start }, i) => {
      assert(Math.abs(start - whole[i].start) < 0.05, `${word} at ${start}`);
    });
    const calls = standin.methods.filter((name) => name.startsWith("stream"));
    assertEquals(calls.length, 2);
  }));

for (const inAnswer of [false, true]) {
  const how = inAnswer ? "told in an answer" : "that ends it";
  Deno.test(`google: a failure of a live call ${how} reaches who speaks`, () =>
    withGoogle(async (engine, standin) => {
      standin.fail({ code: 7, message: "denied", inAnswer });
      const stream = await engine.start({ ...english, onUpdate: () => {} });
      await stream.feed(joinPcm(0.5));
      const error = await assertRejects(() => stream.finish(), ApiError);
      assertEquals(error.code, "speech-refused");
      await stream.close();
    }));
}

Deno.test("google: who leaves a live call ends it there too", () =>
  withGoogle(async (engine, standin) => {
    const gone = new AbortController();
    const stream = await engine.start({
      language: "en-US",
      signal: gone.signal,
      onUpdate: () => {},
    });
    await stream.feed(joinPcm(0.5));
    while (standin.seen.length === 0) {
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    gone.abort();
    while (standin.cancelled === 0) {
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    await assertRejects(() => stream.feed(joinPcm(0.1)), DOMException);
    await stream.close();
  }));
