import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { ApiError } from "../../http/errors.ts";
import { realSpeech } from "../../testing/recognizers.ts";
import { joinPcm, pcmOf, speak } from "../../testing/speech.ts";
import { recognizerContract } from "../contract.ts";
import { PocketSphinx } from "./pocketsphinx.ts";

const { ignore, why } = realSpeech();
const never = new AbortController().signal;
const english = { language: "en-US", signal: never };

recognizerContract({
  name: `pocketsphinx${why}`,
  make: () => new PocketSphinx(),
  ignore,
});

Deno.test({
  name: `pocketsphinx leaves the event loop free while it works${why}`,
  ignore,
  fn: async () => {
    const engine = new PocketSphinx();
    const pcm = pcmOf(await speak("thank you very much for your help"));
    let done = false;
    const work = engine.transcribe(pcm, english).finally(() => done = true);
    let turns = 0;
    while (!done) {
      await new Promise((resolve) => setTimeout(resolve));
      turns++;
    }
    await work;
    await engine.close();
    // An engine that blocked would let timers run once or never while it has the recording.
    const steps = pcm.length / 3_200;
    assert(turns > steps, `${turns} turns of the loop`);
  },
});

/** Five seconds of noise that swells and ebbs, the same each time. */
function surf(): Int16Array {
  let seed = 977;
  const random = () => (seed = seed * 48_271 % 2_147_483_647) / 2_147_483_647;
  return Int16Array.from({ length: 80_000 }, (_, i) => {
    const noise = random() + random() + random() + random() - 2;
    const loudness = 0.5 + 0.5 * Math.sin(2 * Math.PI * 4 * i / 16_000);
    return 7_000 * noise * loudness;
  });
}

Deno.test({
  name: `pocketsphinx makes no word of noise that swells and ebbs${why}`,
  ignore,
  fn: async () => {
    const engine = new PocketSphinx();
    const heard = await engine.transcribe(surf(), english)
      .then(({ text }) => text, (error) => error.code);
    assertEquals(heard, "audio-not-understood");
    const pcm = pcmOf(await speak("left right left right left right"));
    const { text } = await engine.transcribe(pcm, english);
    assertEquals(text, "Left right left right left right");
    await engine.close();
  },
});

Deno.test({
  name:
    `pocketsphinx queues what its decoders cannot take, up to a bound${why}`,
  ignore,
  fn: async () => {
    const engine = new PocketSphinx({ decoders: 1, maxWaiting: 1 });
    const open = await engine.start({ ...english, onUpdate: () => {} });
    const waiting = engine.transcribe(joinPcm(0.5), english);
    const refused = await assertRejects(
      () => engine.transcribe(joinPcm(0.5), english),
      ApiError,
    );
    assertEquals([refused.code, refused.status], ["recognizer-busy", 503]);
    await open.close();
    assertEquals((await waiting).text, "");
    await engine.close();
  },
});

Deno.test({
  name: `pocketsphinx hears a clip alike, whoever spoke to it before${why}`,
  ignore,
  fn: async () => {
    const engine = new PocketSphinx({ decoders: 1 });
    const clear = pcmOf(await speak("hello how are you doing today"));
    const other = pcmOf(await speak("the weather will be fine at the weekend"));
    const dull = joinPcm(other).map((value, i, all) =>
      0.3 * (value + (all[i - 1] ?? 0) + (all[i - 2] ?? 0))
    );
    const loud = other.map((value) =>
      Math.max(-32_768, Math.min(32_767, 6 * value))
    );
    const live = async (pcm: Int16Array) => {
      const texts: unknown[] = [];
      const stream = await engine.start({
        ...english,
        onUpdate: (update) => texts.push(update),
      });
      await stream.feed(pcm);
      await stream.finish();
      await stream.close();
      return texts;
    };
    const recording = (pcm: Int16Array) => engine.transcribe(pcm, english);
    const ways = [recording, live];
    const clips = [clear, dull, loud];
    const fresh = [];
    for (const clip of clips) {
      fresh.push([await recording(clip), await live(clip)]);
    }
    // Backwards, and each way after the other, so that every clip follows others than before.
    for (const at of [1, 2, 0]) {
      for (const way of [1, 0]) {
        const again = await ways[way](clips[at]);
        assertEquals(again, fresh[at][way], `clip ${at}, way ${way}`);
      }
    }
    await engine.close();
  },
});

Deno.test("pocketsphinx without its model is off, says how to get it, and refuses work", async () => {
  const engine = new PocketSphinx({ modelDir: "/nonexistent" });
  const status = engine.status();
  assert(status.state === "off");
  assertMatch(status.reason, /apt-get install pocketsphinx|--allow-ffi/);
  const error = await assertRejects(
    () => engine.transcribe(joinPcm(0.5), english),
    ApiError,
  );
  assertEquals([error.code, error.status], ["recognizer-off", 503]);
  await engine.close();
});
