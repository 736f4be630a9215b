import { assert, assertEquals } from "@std/assert";
import { RateLimiter } from "../http/limits.ts";
import { tone, wavFile } from "../testing/files.ts";
import { OneWord } from "../testing/recognizers.ts";
import { wav } from "../testing/requests.ts";
import { type Running, startService } from "../testing/service.ts";
import {
  notUnderstood,
  type TranscribeOptions,
} from "../recognizers/recognizer.ts";

const PATH = "/v1/audio/transcriptions";
const formOf = (
  fields: Record<string, string | string[]>,
  file: Uint8Array<ArrayBuffer> | null = wav,
) => {
  const form = new FormData();
  for (const [name, values] of Object.entries(fields)) {
    for (const value of [values].flat()) form.append(name, value);
  }
  if (file) form.append("file", new Blob([file]), "speech.wav");
  return form;
};
const send = (
  service: Running,
  fields: Record<string, string | string[]>,
  file?: Uint8Array<ArrayBuffer> | null,
) =>
  service.request(PATH, {
    method: "POST",
    body: formOf({ model: "whisper-1", ...fields }, file),
  });

/** `status type param code` of a failure; checks that its form is OpenAI's. */
async function failure(response: Response): Promise<string> {
  const body = await response.json();
  assertEquals(Object.keys(body), ["error"]);
  const { message, type, param, code } = body.error;
  assert(/^[A-Z].*[.]$/.test(message), message);
  assert(response.headers.get("x-request-id"));
  return `${response.status} ${type} ${param} ${code}`;
}

Deno.test("each field that makes no sense is named", async () => {
  await using service = await startService();
  const bad: [Record<string, string | string[]>, string][] = [
    [{ model: "" }, "model missing_required_parameter"],
    [{ model: "x".repeat(201) }, "model invalid_value"],
    [{ response_format: "yaml" }, "response_format invalid_value"],
    [{ temperature: "1.5" }, "temperature invalid_value"],
    [{ temperature: "warm" }, "temperature invalid_value"],
    [{ language: "english please" }, "language invalid_value"],
    [{ language: "tlh" }, "language language-unsupported"],
    [{ language: "en-a" }, "language invalid_value"],
    [
      { response_format: "diarized_json" },
      "response_format unsupported_value",
    ],
    [{ chunking_strategy: "banana" }, "chunking_strategy invalid_value"],
    [{ chunking_strategy: "null" }, "chunking_strategy invalid_value"],
    [{ temperature: "Infinity" }, "temperature invalid_value"],
    [{ temperature: "1e1" }, "temperature invalid_value"],
    [{ stream: "perhaps" }, "stream invalid_value"],
    [
      { model: "gpt-4o-transcribe", stream: "true", response_format: "srt" },
      "stream unsupported_value",
    ],
    [{ "include[]": "everything" }, "include invalid_value"],
    [{ "languages[]": ["en", "of course"] }, "languages invalid_value"],
    [
      { "timestamp_granularities[]": ["word", "letter"] },
      "timestamp_granularities invalid_value",
    ],
    [{ prompt: "p".repeat(1_000_000) }, "prompt string_above_max_length"],
  ];
  for (const [fields, expected] of bad) {
    assertEquals(
      await failure(await send(service, fields)),
      `400 invalid_request_error ${expected}`,
    );
  }
});

Deno.test("what is empty, unknown or repeated does no harm", async () => {
  await using service = await startService();
  const harmless: Record<string, string | string[]>[] = [
    { language: "", prompt: "", temperature: "", stream: "" },
    { hotwords: "Ada", vad_filter: "true", "include[]": "" },
    { chunking_strategy: "auto", "known_speaker_names[]": "Ada" },
    { chunking_strategy: '{"type":"server_vad","threshold":0.5}' },
    { "chunking_strategy[type]": "server_vad", language: "EN" },
    { language: "en_US", temperature: ".5" },
    { language: "eng", temperature: "1e-3" },
    { "languages[]": ["tlh", "en"] },
    { language: ["de", "en"], temperature: ["9", "0"] },
    { language: "en-GB", "timestamp_granularities[0]": "word" },
  ];
  for (const fields of harmless) {
    const response = await send(service, fields);
    assertEquals((await response.json()).text, "Yes");
  }
});

Deno.test("of languages that may be spoken, an engine that tells none takes the first it knows", async () => {
  const heard: string[] = [];
  class Two extends OneWord {
    override supports(language: string) {
      return /^(de|fr)/.test(language);
    }
    override transcribe(pcm: Int16Array, options: TranscribeOptions) {
      heard.push(options.language);
      return super.transcribe(pcm, options);
    }
  }
  await using service = await startService({ recognizer: new Two() });
  const several = { "languages[]": ["tlh", "fr", "de"] };
  await (await send(service, several)).body?.cancel();
  const one = { "languages[]": ["fr"], language: "de" };
  await (await send(service, one)).body?.cancel();
  assertEquals(heard, ["fr", "de"]);
});

Deno.test("a stream of what OpenAI does not stream is the answer alone", async () => {
  await using service = await startService();
  const srt = await send(service, { stream: "true", response_format: "srt" });
  assertEquals(srt.headers.get("content-type"), "text/plain; charset=utf-8");
  assert((await srt.text()).startsWith("1\n00:00:00,000 --> "));
});

Deno.test("only who has a credential is read, and as often as others may transcribe", async () => {
  const limits = new RateLimiter({ person: 9, program: 1 });
  await using service = await startService({ limits });
  const stranger = { method: "POST", body: formOf({ model: "whisper-1" }) };
  assertEquals(
    await failure(await fetch(service.url + PATH, stranger)),
    "401 invalid_request_error null invalid_api_key",
  );
  await (await send(service, {})).body?.cancel();
  const refused = await send(service, {});
  assert(Number(refused.headers.get("retry-after")) > 0);
  assertEquals(
    await failure(refused),
    "429 rate_limit_error null rate_limit_exceeded",
  );
});

Deno.test("silence, and noise without words, are an empty text, as with OpenAI", async () => {
  class Noise extends OneWord {
    override transcribe() {
      return Promise.reject(notUnderstood());
    }
  }
  await using service = await startService({ recognizer: new Noise() });
  const silence = wavFile(new Float32Array(16_000), { rate: 16_000, bits: 16 });
  for (const file of [wav, silence]) {
    const verbose = { response_format: "verbose_json" };
    const answer = await (await send(service, verbose, file)).json();
    assertEquals([answer.text, answer.segments, answer.duration], ["", [], 1]);
    const srt = await send(service, { response_format: "srt" }, file);
    assertEquals(await srt.text(), "");
  }
  const events = await (await send(service, { stream: "true" }, silence))
    .text();
  assertEquals(events.match(/"text":""/)?.length, 1);
});

Deno.test("a form without a file, or with too much of one, is refused in the form of OpenAI", async () => {
  await using service = await startService();
  assertEquals(
    await failure(await send(service, {}, null)),
    "400 invalid_request_error file missing_required_parameter",
  );
  assertEquals(
    await failure(await send(service, {}, new Uint8Array())),
    "400 invalid_request_error file audio-empty",
  );
  const large = new Uint8Array(25 * 1024 * 1024 + 1);
  assertEquals(
    await failure(await send(service, {}, large)),
    "413 invalid_request_error file audio-too-large",
  );
  const long = wavFile(tone(440, 301, 8_000), { rate: 8_000, bits: 8 });
  assertEquals(
    await failure(await send(service, {}, long)),
    "413 invalid_request_error file audio-too-long",
  );
  const json = await service.request(PATH, {
    method: "POST",
    body: "{}",
    headers: { "content-type": "application/json" },
  });
  assertEquals(
    await failure(json),
    "400 invalid_request_error null content-type",
  );
  const get = await service.request(PATH);
  assertEquals(get.headers.get("allow"), "POST");
  assertEquals(
    await failure(get),
    "405 invalid_request_error null method-not-allowed",
  );
  assertEquals(
    await failure(await service.request("/v1/chat/completions")),
    "404 invalid_request_error null not-found",
  );
});
