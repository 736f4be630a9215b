import { assert, assertEquals, assertRejects } from "@std/assert";
import { ApiError } from "../../http/errors.ts";
import { memoryStaging, withGoogle } from "../../testing/google.ts";
import { GoogleSpeech, type Planned } from "../../testing/google-speech.ts";
import { joinPcm, pcmOf, speak } from "../../testing/speech.ts";
import { SENTENCES } from "../contract.ts";
import { Google } from "./google.ts";

const never = new AbortController().signal;
const english = { language: "en-US", signal: never };
const HEARD = "Hello how are you doing today.";
const hello = async () => pcmOf(await speak(SENTENCES[0]));

const NOT_SET_UP =
  "Dictation is not set up correctly on this server. Your recording is not lost: try again later, or type your message.";
const USED_UP =
  "This server has used up its dictation for the moment. Your recording is not lost: try again in a minute.";
const AWAY =
  "Speech recognition cannot be reached right now. Your recording is not lost: try again in a moment.";
const TOOK_LONG =
  "Understanding your recording took too long. It is not lost: try again.";
const DAMAGED = "The recording is damaged or cut short. Record again.";

/** What the service answers → what the person reads, and what the operator is told to look at. */
const failures: [string, Planned, string, string, RegExp][] = [
  [
    "quota used up",
    { code: 8, message: "Quota exceeded", reason: "RATE_LIMIT_EXCEEDED" },
    "503 speech-quota",
    USED_UP,
    /gRPC 8.*quota/,
  ],
  [
    "API not enabled",
    { code: 7, message: "not been used", reason: "SERVICE_DISABLED" },
    "503 speech-refused",
    NOT_SET_UP,
    /gRPC 7.*roles\/speech\.client/,
  ],
  [
    "key revoked",
    { code: 16, message: "invalid authentication" },
    "503 speech-refused",
    NOT_SET_UP,
    /gRPC 16.*key/,
  ],
  [
    "billing off",
    { code: 9, message: "billing", reason: "BILLING_DISABLED" },
    "503 speech-refused",
    NOT_SET_UP,
    /gRPC 9.*billing/,
  ],
  [
    "bad audio",
    { code: 3, message: "bad encoding" },
    "422 audio-broken",
    DAMAGED,
    /^$/,
  ],
  [
    "bucket gone",
    { code: 5, message: "not found" },
    "503 speech-refused",
    NOT_SET_UP,
    /gRPC 5.*GCS_BUCKET/,
  ],
  [
    "its own deadline",
    { code: 4, message: "Deadline Exceeded", times: 20 },
    "504 speech-timeout",
    TOOK_LONG,
    /gRPC 4.*speech\.googleapis\.com/,
  ],
  [
    "an error of theirs",
    { code: 13, message: "internal" },
    "503 speech-down",
    AWAY,
    /gRPC 13/,
  ],
];

async function assertTold(
  work: () => Promise<unknown>,
  [, planned, expected, sentence, advice]: typeof failures[number],
) {
  const error = await assertRejects(work, ApiError);
  assertEquals(`${error.status} ${error.code}`, expected);
  assertEquals(error.message, sentence);
  assert(!error.message.includes(planned.message), "no words of theirs");
  assert(advice.test(error.operator ?? ""), error.operator);
}

for (const failure of failures) {
  const [title, planned] = failure;
  Deno.test(`google: ${title} is told to the person and to the operator`, () =>
    withGoogle(async (engine, standin) => {
      standin.fail(planned);
      const pcm = await hello();
      await assertTold(() => engine.transcribe(pcm, english), failure);
      standin.forget();
      const { text } = await engine.transcribe(pcm, english);
      assertEquals(text, HEARD, "and the same recording works later");
    }, planned.times ? { timeoutMs: 2_000 } : {}));

  if (planned.times) continue;
  Deno.test(`google: ${title}, found out while it read a long recording, is told all the same`, () =>
    withGoogle(async (engine, standin) => {
      standin.fail({ ...planned, inOperation: true });
      const pcm = joinPcm(await hello(), 61);
      await assertTold(() => engine.transcribe(pcm, english), failure);
      assertEquals(standin.objects.size, 0, "nothing is left in the bucket");
      assertEquals((await engine.transcribe(pcm, english)).text, HEARD);
    }));
}

Deno.test("google: an outage of a moment is not even noticed", () =>
  withGoogle(async (engine, standin) => {
    standin.fail({ code: 14, message: "unavailable", times: 2 });
    assertEquals((await engine.transcribe(await hello(), english)).text, HEARD);
  }));

Deno.test("google: no answer in time is told, and that the recording is not lost", () =>
  withGoogle(async (engine) => {
    const error = await assertRejects(
      async () => engine.transcribe(joinPcm(await hello(), 50), english),
      ApiError,
    );
    assertEquals(`${error.status} ${error.code}`, "504 speech-timeout");
    assert(error.message.includes("not lost"));
  }, { timeoutMs: 300 }));

Deno.test("google: a service that cannot be reached is told so", async () => {
  const standin = await GoogleSpeech.start(SENTENCES);
  await standin[Symbol.asyncDispose]();
  const engine = new Google({
    access: { project: "chat", standin: standin.address },
    staging: memoryStaging(standin.objects),
    timeoutMs: 1_000,
  });
  const error = await assertRejects(
    async () => engine.transcribe(await hello(), english),
    ApiError,
  );
  assert(["speech-down", "speech-timeout"].includes(error.code), error.code);
  await engine.close();
});

for (const [title, key] of [["empty", "{}"], ["not JSON", "secret"]]) {
  Deno.test(`google: a key file that is ${title} is the operator's to mend`, async () => {
    const keyFile = await Deno.makeTempFile({ suffix: ".json" });
    await Deno.writeTextFile(keyFile, key);
    Deno.env.set("GOOGLE_APPLICATION_CREDENTIALS", keyFile);
    const engine = new Google({
      access: { project: "chat" },
      staging: memoryStaging(new Map()),
    });
    try {
      const failed = async (work: () => Promise<unknown>) => {
        const error = await assertRejects(work, ApiError);
        assertEquals(`${error.status} ${error.code}`, "503 speech-refused");
        assert(error.operator?.includes("GOOGLE_APPLICATION_CREDENTIALS"));
        assert(!`${error.operator}${error.message}`.includes("secret"));
      };
      await failed(async () => engine.transcribe(await hello(), english));
      await failed(() => engine.start({ ...english, onUpdate: () => {} }));
    } finally {
      await engine.close();
      Deno.env.delete("GOOGLE_APPLICATION_CREDENTIALS");
      await Deno.remove(keyFile);
    }
  });
}
