import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { ApiError } from "../http/errors.ts";
import { joinPcm, pcmOf, speak } from "../testing/speech.ts";
import type { Recognizer, Update } from "./recognizer.ts";

export interface ContractOptions {
  name: string;
  make(): Recognizer | Promise<Recognizer>;
  /** Skips the suite; `name` then says why. */
  ignore?: boolean;
}

const SENTENCE = "hello how are you doing today";
const SECOND = "please send me the report before noon";
/** What was said, however the engine spells it: some engines punctuate. */
const said = (text?: string) => text?.toLowerCase().replace(/[^a-z ]/g, "");

/** Both sentences of the suite, for engines that only know a script. */
export const SENTENCES = [SENTENCE, SECOND];

const never = new AbortController().signal;
const english = { language: "en-US", signal: never };

/** What every engine promises. */
export function recognizerContract({ name, make, ignore }: ContractOptions) {
  const promise = (title: string, fn: (engine: Recognizer) => Promise<void>) =>
    Deno.test({
      name: `${name}: ${title}`,
      ignore,
      fn: async () => {
        const engine = await make();
        try {
          await fn(engine);
        } finally {
          await engine.close();
        }
      },
    });

  promise("hears every word of a clear sentence", async (engine) => {
    const pcm = pcmOf(await speak(SENTENCE));
    const heard = await engine.transcribe(pcm, english);
    assertEquals(said(heard.text), SENTENCE);
    assertMatch(heard.text, /^H/, "a message begins with a capital letter");
    assertEquals(
      heard.words.map(({ word }) => said(word)),
      SENTENCE.split(" "),
    );
    assertEquals(heard.duration, pcm.length / 16_000);
  });

  promise("gives times in order, inside the recording", async (engine) => {
    const first = pcmOf(await speak(SENTENCE));
    const pcm = joinPcm(1, first, 1, pcmOf(await speak(SECOND)));
    const { words, duration } = await engine.transcribe(pcm, english);
    words.forEach((word, i) => {
      assert(word.start < word.end, word.word);
      assert(word.start >= (words[i - 1]?.end ?? 0) - 0.011, word.word);
      assert(word.confidence >= 0 && word.confidence <= 1, word.word);
    });
    assert(words[0].start >= 0.8, "the first second is silent");
    const please = words.find(({ word }) => said(word) === "please");
    const begins = 1 + first.length / 16_000 + 1;
    assert(please && Math.abs(please.start - begins) < 0.4, "second sentence");
    assert(words[words.length - 1].end <= duration);
  });

  promise("answers no words for a quiet room", async (engine) => {
    const heard = await engine.transcribe(joinPcm(1), english);
    assertEquals(heard, { text: "", words: [], duration: 1 });
  });

  promise("guesses while listening and settles at pauses", async (engine) => {
    const updates: Update[] = [];
    const stream = await engine.start({
      ...english,
      onUpdate: (update) => updates.push(update),
    });
    const pcm = joinPcm(pcmOf(await speak(SENTENCE)), 1);
    for (let at = 0; at < pcm.length; at += 1_600) {
      await stream.feed(pcm.subarray(at, at + 1_600));
    }
    // The pause alone settles it; an engine elsewhere answers a moment later.
    while (updates.at(-1)?.type !== "final") {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    assertEquals(said(updates.at(-1)?.text), SENTENCE);
    assert(updates.filter(({ type }) => type === "partial").length >= 2);
    await stream.feed(pcmOf(await speak(SECOND)));
    await stream.finish();
    await stream.close();
    const finals = updates.filter((update) => update.type === "final");
    assertEquals(finals.map(({ text }) => said(text)), SENTENCES);
    for (const { text } of finals) assertMatch(text, /^[A-Z]/);
    // Whoever goes on in another stream begins where the words before end.
    const [first, second] = finals.map(({ until }) => until);
    const spoken = pcm.length / 16_000;
    assert(finals[0].words.every(({ end }) => end <= first + 0.01));
    assert(finals[1].words.every(({ start }) => start > first));
    assert(first <= spoken && second > spoken);
  });

  promise("takes pieces that were not awaited in order", async (engine) => {
    const texts: string[] = [];
    const stream = await engine.start({
      ...english,
      onUpdate: ({ type, text }) => type === "final" && texts.push(text),
    });
    const pcm = pcmOf(await speak(SENTENCE));
    for (let at = 0; at < pcm.length; at += 1_000) {
      stream.feed(pcm.subarray(at, at + 1_000));
    }
    await stream.finish();
    await stream.close();
    assertEquals(texts.map(said), [SENTENCE]);
  });

  promise("stops when nobody waits, and goes on for others", async (engine) => {
    const gone = new AbortController();
    const words = pcmOf(await speak(SENTENCE));
    const long = joinPcm(...Array.from({ length: 20 }, () => words));
    const abandoned = engine.transcribe(long, {
      language: "en-US",
      signal: gone.signal,
    });
    setTimeout(() => gone.abort(), 50);
    await assertRejects(() => abandoned, DOMException, "abort");
    const { text } = await engine.transcribe(words, english);
    assertEquals(said(text), SENTENCE);
  });

  promise("ends a stream once, however often it is closed", async (engine) => {
    const stream = await engine.start({ ...english, onUpdate: () => {} });
    await stream.feed(joinPcm(0.5));
    await Promise.all([stream.close(), stream.close()]);
    await assertRejects(() => stream.feed(joinPcm(0.1)), DOMException);
  });

  promise("refuses a language it does not know", async (engine) => {
    const error = await assertRejects(
      () =>
        engine.transcribe(joinPcm(1), { language: "tlh-KX", signal: never }),
      ApiError,
    );
    assertEquals(error.code, "language-unsupported");
    assertEquals(error.status, 422);
  });
}
