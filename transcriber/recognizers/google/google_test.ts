import { assert, assertEquals, assertRejects } from "@std/assert";
import { memoryStaging, withGoogle } from "../../testing/google.ts";
import { opusFile } from "../../testing/files.ts";
import { GoogleSpeech } from "../../testing/google-speech.ts";
import { joinPcm, pcmOf, speak } from "../../testing/speech.ts";
import { recognizerContract, SENTENCES } from "../contract.ts";
import { Google } from "./google.ts";
import type { OpusOriginal } from "../recognizer.ts";

const never = new AbortController().signal;
const english = { language: "en-US", signal: never };
const HEARD = "Hello how are you doing today.";

recognizerContract({
  name: "google",
  async make() {
    const standin = await GoogleSpeech.start(SENTENCES);
    const google = new Google({
      access: { project: "chat", standin: standin.address },
      staging: memoryStaging(standin.objects),
    });
    const close = google.close.bind(google);
    google.close = async () => {
      await close();
      await standin[Symbol.asyncDispose]();
    };
    return google;
  },
});

const hello = async () => pcmOf(await speak(SENTENCES[0]));
const original = async (
  container: "webm" | "ogg",
  sampleRate: number,
): Promise<OpusOriginal> => ({
  bytes: await opusFile(await hello(), container),
  container,
  sampleRate,
});

Deno.test("google is asked for punctuation, times and confidence, in its own tag of the language", () =>
  withGoogle(async (engine, standin) => {
    const heard = await engine.transcribe(await hello(), {
      language: "zh-TW",
      signal: never,
    });
    assertEquals(heard.text, HEARD);
    assertEquals(heard.words[0].word, "Hello");
    const [config] = standin.seen;
    assertEquals(config.languageCode, "cmn-Hant-TW");
    assertEquals(config.enableAutomaticPunctuation, true);
    assertEquals(config.enableWordTimeOffsets, true);
    assertEquals(config.enableWordConfidence, true);
  }));

Deno.test("google gets Opus as it came, described by its own header, and else our decoding", () =>
  withGoogle(async (engine, standin) => {
    const cases: [OpusOriginal | undefined, string, number][] = [
      [await original("webm", 16_000), "WEBM_OPUS", 16_000],
      [await original("ogg", 16_000), "OGG_OPUS", 16_000],
      [await original("ogg", 44_100), "LINEAR16", 16_000],
      [await original("webm", 0), "LINEAR16", 16_000],
      [undefined, "LINEAR16", 16_000],
    ];
    for (const [given, encoding, rate] of cases) {
      const heard = await engine.transcribe(await hello(), {
        ...english,
        original: given,
      });
      assertEquals(heard.text, HEARD);
      const config = standin.seen.at(-1);
      assertEquals([config?.encoding, config?.sampleRateHertz], [
        encoding,
        rate,
      ]);
    }
  }));

Deno.test("a container google cannot read is sent again as plain samples", () =>
  withGoogle(async (engine, standin) => {
    const wrong = await original("webm", 48_000); // it is 16,000: the service refuses it
    const { text } = await engine.transcribe(await hello(), {
      ...english,
      original: wrong,
    });
    assertEquals(text, HEARD);
    assertEquals(standin.seen.map(({ encoding }) => encoding), [
      "WEBM_OPUS",
      "LINEAR16",
    ]);
  }));

Deno.test("more than a minute goes through the bucket, and nothing is left there", () =>
  withGoogle(async (engine, standin) => {
    const pcm = joinPcm(40, await hello(), 30);
    const heard = await engine.transcribe(pcm, english);
    assertEquals(heard.text, HEARD);
    assert(heard.words[0].start > 39.9);
    assertEquals(standin.methods[0], "longRunningRecognize");
    assertEquals(standin.objects.size, 0);
  }));

Deno.test("a long recording nobody waits for is cancelled, and taken from the bucket", () =>
  withGoogle(async (engine, standin) => {
    const gone = new AbortController();
    const pcm = joinPcm(61);
    const waiting = engine.transcribe(pcm, {
      language: "en-US",
      signal: gone.signal,
    });
    while (!standin.methods.includes("longRunningRecognize")) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    gone.abort();
    await assertRejects(() => waiting, DOMException);
    assertEquals(standin.objects.size, 0);
  }));
