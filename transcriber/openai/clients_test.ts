import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { createOpenAI } from "@ai-sdk/openai";
import { transcribe } from "ai";
import OpenAI, { toFile } from "openai";
import { PocketSphinx } from "../recognizers/pocketsphinx/pocketsphinx.ts";
import type { StreamOptions } from "../recognizers/recognizer.ts";
import { opusFile } from "../testing/files.ts";
import { OneWord, realSpeech } from "../testing/recognizers.ts";
import { wav } from "../testing/requests.ts";
import { KEY, type Running, startService } from "../testing/service.ts";
import { joinPcm, pcmOf, speak } from "../testing/speech.ts";

const { ignore, why } = realSpeech();
const FIRST = "hello how are you doing today";
const SECOND = "thank you very much for your help";
const clientOf = ({ url }: Running, apiKey = KEY) =>
  new OpenAI({ baseURL: `${url}/v1`, apiKey, maxRetries: 0 });

/** Both sentences with a pause between them, as a browser records them. */
const spoken = async () =>
  await opusFile(
    joinPcm(pcmOf(await speak(FIRST)), 1.5, pcmOf(await speak(SECOND)), 0.5),
    "webm",
  );
const plain = (text: string) => text.toLowerCase().replace(/[^a-z ]/g, "");

Deno.test({
  name: `npm openai transcribes with times, and streams${why}`,
  ignore,
  fn: async () => {
    await using service = await startService({
      recognizer: new PocketSphinx(),
    });
    const client = clientOf(service);
    const recording = await spoken();
    const file = () => toFile(recording, "speech.webm", { type: "audio/webm" });

    const verbose = await client.audio.transcriptions.create({
      file: await file(),
      model: "whisper-1",
      response_format: "verbose_json",
      language: "en",
      timestamp_granularities: ["word", "segment"],
      temperature: 0.2,
      prompt: "A greeting.",
    });
    assertEquals(verbose.language, "english");
    assert(verbose.duration > 3);
    assertEquals(verbose.words?.length, 13);
    assertEquals(verbose.segments?.map(({ text }) => plain(text).trim()), [
      FIRST,
      SECOND,
    ]);
    const [first, second] = verbose.segments ?? [];
    assert(first.start < first.end && first.end < second.start);
    assertEquals(first.temperature, 0.2);
    assert(first.avg_logprob < 0 && first.compression_ratio > 0);

    const stream = await client.audio.transcriptions.create({
      file: await file(),
      model: "gpt-4o-mini-transcribe-2025-12-15",
      stream: true,
    });
    const deltas: string[] = [];
    let whole = "";
    for await (const event of stream) {
      if (event.type === "transcript.text.delta") deltas.push(event.delta);
      if (event.type === "transcript.text.done") whole = event.text;
    }
    assertEquals(deltas.length, 2);
    assertEquals(deltas.join(""), whole);
    assertEquals(plain(whole), `${FIRST} ${SECOND}`);
  },
});

Deno.test({
  name: `the Vercel AI SDK transcribes${why}`,
  ignore,
  fn: async () => {
    await using service = await startService({
      recognizer: new PocketSphinx(),
    });
    const baseURL = `${service.url}/v1`;
    const openai = createOpenAI({ baseURL, apiKey: await service.web.token() });
    const audio = await spoken();
    const model = openai.transcription("whisper-1");
    const heard = await transcribe({ model, audio, maxRetries: 0 });
    assertEquals(plain(heard.text), `${FIRST} ${SECOND}`);
    assert(heard.durationInSeconds && heard.durationInSeconds > 3);
    assertEquals(heard.language, "en");
    assertEquals(heard.segments.length, 2);
  },
});

Deno.test("every model and format of both libraries is understood", async () => {
  await using service = await startService();
  const openai = createOpenAI({ baseURL: `${service.url}/v1`, apiKey: KEY });
  for (const id of ["gpt-4o-transcribe", "gpt-4o-mini-transcribe"]) {
    const model = openai.transcription(id);
    assertEquals((await transcribe({ model, audio: wav })).text, "Yes");
  }
  const file = await toFile(wav, "speech.wav");
  const answers = [];
  for (const response_format of ["text", "srt", "vtt"] as const) {
    answers.push(
      await clientOf(service).audio.transcriptions
        .create({ file, model: "whisper-1", response_format }),
    );
  }
  assertEquals(answers.map(String), [
    "Yes\n",
    "1\n00:00:00,000 --> 00:00:00,100\nYes\n\n",
    "WEBVTT\n\n00:00:00.000 --> 00:00:00.100\nYes\n\n",
  ]);
});

Deno.test("npm openai is told how sure the engine is, whole and in a stream, and may say how to cut", async () => {
  class Unsure extends OneWord {
    #words = [
      { word: "yes", start: 0, end: 0.1, confidence: 1 },
      { word: "né", start: 0.1, end: 0.2, confidence: 0.5 },
    ];
    override transcribe() {
      return Promise.resolve({
        text: "Yes né",
        words: this.#words,
        duration: 1,
      });
    }
    override start({ onUpdate }: StreamOptions) {
      const said = { text: "Yes né", words: this.#words, until: 1 };
      return Promise.resolve({
        feed: () => Promise.resolve(),
        finish: () => {
          onUpdate({ type: "final", ...said });
          return Promise.resolve(onUpdate({ type: "final", ...said }));
        },
        close: () => Promise.resolve(),
      });
    }
  }
  await using service = await startService({ recognizer: new Unsure() });
  const asked = {
    file: await toFile(wav, "speech.wav"),
    model: "gpt-4o-transcribe",
    include: ["logprobs" as const],
    chunking_strategy: { type: "server_vad" as const, threshold: 0.4 },
    keywords: ["Ada"],
  };
  const expected = [
    { token: "Yes", bytes: [89, 101, 115], logprob: 0 },
    { token: " né", bytes: [32, 110, 195, 169], logprob: -0.693 },
  ];
  const create = clientOf(service).audio.transcriptions;
  const whole = await create.create(asked);
  assertEquals([whole.text, whole.logprobs], ["Yes né", expected]);
  const without = await create.create({ ...asked, include: [] });
  assertEquals(without.logprobs, undefined);
  const told = [];
  for await (const event of await create.create({ ...asked, stream: true })) {
    if (event.type !== "transcript.text.segment") told.push(event.logprobs);
  }
  const [first, ...rest] = expected;
  const after = { ...first, token: " Yes", bytes: [32, ...first.bytes] };
  const second = [after, ...rest];
  assertEquals(told, [expected, second, [...expected, ...second]]);
});

Deno.test("plain curl transcribes, with a file, a pipe and a stream", async () => {
  await using service = await startService();
  const dir = await Deno.makeTempDir({ prefix: "curl-test-" });
  await Deno.writeFile(`${dir}/speech.wav`, wav);
  const curl = async (...fields: string[]) => {
    const { stdout } = await new Deno.Command("curl", {
      args: [
        ...["-sN", "-H", `Authorization: Bearer ${KEY}`],
        ...fields.flatMap((field) => ["-F", field]),
        `${service.url}/v1/audio/transcriptions`,
      ],
    }).output();
    return new TextDecoder().decode(stdout);
  };
  const file = `file=@${dir}/speech.wav`;
  assertEquals(JSON.parse(await curl(file, "model=whisper-1")), {
    text: "Yes",
    usage: { type: "duration", seconds: 1 },
  });
  // The file comes last, has no name, and its content is read like a field's.
  const nameless = ["model=whisper-1", "response_format=text"];
  assertEquals(await curl(...nameless, `file=<${dir}/speech.wav`), "Yes\n");
  assertEquals(
    await curl(file, "model=one-word", "stream=true"),
    'data: {"type":"transcript.text.delta","delta":"Yes"}\n\n' +
      'data: {"type":"transcript.text.done","text":"Yes","usage":{"type":"duration","seconds":1}}\n\n',
  );
  await Deno.remove(dir, { recursive: true });
});

Deno.test("npm openai lists the models, and understands what is refused", async () => {
  await using service = await startService();
  const client = clientOf(service);
  const ids = (await client.models.list()).data.map(({ id }) => id);
  assertEquals(ids.slice(0, 2), ["one-word", "whisper-1"]);
  assertEquals((await client.models.retrieve("whisper-1")).object, "model");

  const file = await toFile(wav, "speech.wav");
  const create = (model: string, from = client) =>
    from.audio.transcriptions.create({ file, model });
  const unknown = await assertRejects(
    () => create("parrot"),
    OpenAI.NotFoundError,
  );
  assertEquals([unknown.code, unknown.param, unknown.type], [
    "model_not_found",
    "model",
    "invalid_request_error",
  ]);
  assertMatch(unknown.requestID ?? "", /.{8}/);
  const stranger = clientOf(service, "nobody-knows-this-key");
  const refused = await assertRejects(
    () => create("whisper-1", stranger),
    OpenAI.AuthenticationError,
  );
  assertEquals(refused.code, "invalid_api_key");
  const broken = await assertRejects(
    async () =>
      await client.audio.transcriptions.create({
        file: await toFile(
          new TextEncoder().encode("<html>no</html>"),
          "a.wav",
        ),
        model: "whisper-1",
      }),
    OpenAI.BadRequestError,
  );
  assertEquals([broken.code, broken.param], ["audio-format", "file"]);
});

Deno.test("a stream whose reader leaves ends the engine's work", async () => {
  const ended = Promise.withResolvers<boolean>();
  class Endless extends OneWord {
    override start({ signal, onUpdate }: StreamOptions) {
      const say = () =>
        onUpdate({ type: "final", text: "yes", words: [], until: 0 });
      return Promise.resolve({
        feed: async () => {
          while (!signal.aborted) {
            say();
            await new Promise((go) => setTimeout(go, 1));
          }
          signal.throwIfAborted();
        },
        finish: () => Promise.resolve(),
        close: () => Promise.resolve(ended.resolve(signal.aborted)),
      });
    }
  }
  await using service = await startService({ recognizer: new Endless() });
  const stream = await clientOf(service).audio.transcriptions.create({
    file: await toFile(wav, "speech.wav"),
    model: "gpt-4o-transcribe",
    stream: true,
  });
  for await (const { type } of stream) {
    assertEquals(type, "transcript.text.delta");
    break;
  }
  stream.controller.abort();
  assertEquals(await ended.promise, true);
  assertEquals(service.lines.filter(({ event }) => event === "failed"), []);
});

Deno.test("npm openai asks once where dictation is off, and hears of a failure in a stream", async () => {
  const off = new OneWord({ state: "off", reason: "No engine." });
  await using service = await startService({ recognizer: off });
  const client = new OpenAI({ baseURL: `${service.url}/v1`, apiKey: KEY });
  const file = await toFile(wav, "speech.wav");
  const error = await assertRejects(
    () => client.audio.transcriptions.create({ file, model: "whisper-1" }),
    OpenAI.InternalServerError,
  );
  const asked = service.lines.filter(({ event }) => event === "request");
  assertEquals([error.code, asked.length], ["recognizer-off", 1]);

  class Breaks extends OneWord {
    override start() {
      return Promise.resolve({
        feed: () => Promise.reject(new Error("it broke")),
        finish: () => Promise.resolve(),
        close: () => Promise.resolve(),
      });
    }
  }
  await using breaking = await startService({ recognizer: new Breaks() });
  const stream = await clientOf(breaking).audio.transcriptions.create({
    file,
    model: "whisper-1",
    stream: true,
  });
  const failed = await assertRejects(async () => {
    for await (const _ of stream);
  }, OpenAI.APIError);
  assertEquals(failed.code, "internal");
  assertEquals(
    breaking.lines.find(({ event }) => event === "failed")?.code,
    "internal",
  );
});
