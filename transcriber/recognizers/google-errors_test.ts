import { assert, assertEquals, assertRejects } from "@std/assert";
import { ApiError } from "../errors.ts";
import { memoryStaging, withGoogle } from "../testing/google.ts";
import { GoogleSpeech, type Planned } from "../testing/google-speech.ts";
import { joinPcm, pcmOf, speak } from "../testing/speech.ts";
import { SENTENCES } from "./contract.ts";
import { Google } from "./google.ts";

const never = new AbortController().signal;
const english = { language: "en-US", signal: never };
const HEARD = "Hello how are you doing today.";
const hello = async () => pcmOf(await speak(SENTENCES[0]));

const failures: [string, Planned, string, RegExp][] = [
  [
    "quota used up",
    { code: 8, message: "Quota exceeded", reason: "RATE_LIMIT_EXCEEDED" },
    "503 speech-quota",
    /gRPC 8.*quota/,
  ],
  [
    "API not enabled",
    { code: 7, message: "not been used", reason: "SERVICE_DISABLED" },
    "503 speech-refused",
    /gRPC 7.*roles\/speech\.client/,
  ],
  [
    "key revoked",
    { code: 16, message: "invalid authentication" },
    "503 speech-refused",
    /gRPC 16.*key/,
  ],
  [
    "billing off",
    { code: 9, message: "billing", reason: "BILLING_DISABLED" },
    "503 speech-refused",
    /gRPC 9.*billing/,
  ],
  [
    "bad audio",
    { code: 3, message: "bad encoding" },
    "422 audio-broken",
    /^$/,
  ],
  [
    "bucket gone",
    { code: 5, message: "not found" },
    "503 speech-refused",
    /gRPC 5.*GCS_BUCKET/,
  ],
  [
    "an error of theirs",
    { code: 13, message: "internal" },
    "503 speech-down",
    /gRPC 13/,
  ],
];

for (const [title, planned, expected, advice] of failures) {
  Deno.test(`google: ${title} is told to the person and to the operator`, () =>
    withGoogle(async (engine, standin) => {
      standin.fail(planned);
      const error = await assertRejects(
        async () => engine.transcribe(await hello(), english),
        ApiError,
      );
      assertEquals(`${error.status} ${error.code}`, expected);
      assert(/^[A-Z].*\.$/.test(error.message), error.message);
      assert(!error.message.includes(planned.message), "no words of theirs");
      assert(advice.test(error.operator ?? ""), error.operator);
      const { text } = await engine.transcribe(await hello(), english);
      assertEquals(text, HEARD, "and the same recording works later");
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
