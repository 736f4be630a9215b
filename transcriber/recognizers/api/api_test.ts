import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { ApiError } from "../../http/errors.ts";
import { KEY, type Running, startService } from "../../testing/service.ts";
import { Scripted } from "../../testing/scripted-engine.ts";
import { joinPcm, pcmOf, speak } from "../../testing/speech.ts";
import {
  type Behaviour,
  SERVERS,
  startTranscriptionServer,
} from "../../testing/transcription-servers.ts";
import { recognizerContract, SENTENCES } from "../contract.ts";
import { type ApiOptions, TranscriptionApi } from "./api.ts";

const never = new AbortController().signal;
const english = { language: "en-US", signal: never };
const SENTENCE = SENTENCES[0];

/** An engine over one of our own services, which goes away with it. */
async function oursOnOurs(): Promise<TranscriptionApi> {
  const recognizer = await Scripted.hearing(...SENTENCES);
  const service: Running = await startService({ recognizer });
  const engine = new TranscriptionApi({
    url: `${service.url}/v1`,
    key: KEY,
    model: "whisper-1",
  });
  const close = engine.close.bind(engine);
  engine.close = async () => {
    await close();
    await service[Symbol.asyncDispose]();
  };
  return engine;
}

recognizerContract({ name: "a server of our own", make: oursOnOurs });

const over = (
  { url }: { url: string },
  options: Partial<ApiOptions> = {},
) => new TranscriptionApi({ url, model: "base", backoffMs: 5, ...options });

Deno.test("every server is understood, with times where it knows any", async () => {
  const spoken = joinPcm(1, pcmOf(await speak(SENTENCE)), 0.5);
  const withoutTimes = ["vLLM 0.7", "OpenAI gpt-4o-transcribe"];
  for (const [name, behaviour] of Object.entries(SERVERS)) {
    await using server = await startTranscriptionServer(behaviour, SENTENCE);
    const path = name === "Groq" ? "/openai/v1" : "";
    const engine = over({ url: server.url + path }, {
      key: name === "Groq" ? "secret-of-the-server" : undefined,
    });
    for (const time of ["first", "second"]) {
      const { text, words } = await engine.transcribe(spoken, english);
      assertMatch(
        text,
        /^Hello how are you doing today\.?$/,
        `${name} ${time}`,
      );
      const known = words.map(({ word }) => word);
      if (withoutTimes.includes(name)) assertEquals(known, [], name);
      else {
        assertEquals(known, SENTENCE.split(" "), name);
        assert(words[0].start > 0.8 && words[0].start < 1.3, name);
        words.forEach(({ start, end }, i) => {
          assert(start < end && end <= spoken.length / 16_000, name);
          assert(start >= (words[i - 1]?.start ?? 0), name);
        });
      }
    }
    const last = server.sent.at(-1)!;
    assertEquals(last.pcm, spoken, "the recording whole");
    assertEquals([last.fields.language, last.fields.model], [["en"], ["base"]]);
    // What it did not know the first time it is not asked again.
    const asked = server.sent.length;
    await engine.transcribe(spoken, english);
    assertEquals(server.sent.length, asked + 1, name);
    await engine.transcribe(spoken, { ...english, detect: true });
    assertEquals(server.sent.at(-1)?.fields.language, undefined);
    await engine.close();
  }
});

Deno.test("a recording is sent again, whole, until the server answers", async () => {
  const answers = [503, 429, 500, 200];
  const behaviour: Behaviour = (_sent, { text }) => {
    const status = answers.shift() ?? 200;
    return Response.json({ text }, { status });
  };
  await using server = await startTranscriptionServer(behaviour, SENTENCE);
  const engine = over(server);
  const spoken = pcmOf(await speak(SENTENCE));
  const { text } = await engine.transcribe(spoken, english);
  assertEquals(text, "Hello how are you doing today");
  assertEquals(server.sent.length, 4);
  for (const { pcm } of server.sent) assertEquals(pcm, spoken);
  await engine.close();
});

Deno.test("what goes wrong for good is told to the operator, without what was said or the key", async () => {
  const json = (status: number, body: unknown = {}) => () =>
    Response.json(body, { status });
  const cases: [Behaviour, string, RegExp][] = [
    [
      json(401, { error: { code: "invalid_api_key" } }),
      "speech-refused",
      /401 invalid_api_key.*TRANSCRIBE_API_KEY/,
    ],
    [
      json(404, { error: { code: "model_not_found" } }),
      "speech-refused",
      /404 model_not_found.*TRANSCRIBE_API_MODEL/,
    ],
    [
      json(400, { error: { code: "you said: sesame" } }),
      "speech-refused",
      /answered 400\./,
    ],
    [json(413), "speech-refused", /large/],
    [json(429), "speech-quota", /limits/],
    [json(503), "speech-down", /503/],
    [json(200, { error: "no text" }), "speech-down", /something other/],
    [
      () => new Response("<html>Welcome</html>"),
      "speech-down",
      /something other/,
    ],
    [
      () => Response.redirect("http://127.0.0.1:9/elsewhere", 302),
      "speech-refused",
      /points elsewhere/,
    ],
  ];
  for (const [behaviour, code, operator] of cases) {
    await using server = await startTranscriptionServer(behaviour, SENTENCE);
    const engine = over(server, { key: "sesame-sesame", attempts: 2 });
    const error = await assertRejects(
      async () => engine.transcribe(pcmOf(await speak(SENTENCE)), english),
      ApiError,
    );
    assertEquals(error.code, code);
    assertMatch(error.operator ?? "", operator);
    assert(!`${error.operator}${error.message}`.includes("sesame"));
    assertMatch(error.message, /not lost/);
    await engine.close();
  }
  const nobody = over({ url: "http://127.0.0.1:1" }, { attempts: 2 });
  const error = await assertRejects(
    async () => nobody.transcribe(pcmOf(await speak(SENTENCE)), english),
    ApiError,
  );
  assertEquals(error.code, "speech-down");
  await nobody.close();
});

Deno.test("a server is found with and without its version, behind a folder and not", async () => {
  const V1 = "/v1/audio/transcriptions";
  for (
    const [address, path] of [
      ["", V1],
      ["/", V1],
      ["/v1", V1],
      ["/v1/", V1],
      [V1, V1],
      ["/openai", `/openai${V1}`],
      ["/openai/v1", `/openai${V1}`],
      ["/deployments/base", "/deployments/base/audio/transcriptions"],
      ["", "/inference"],
      ["/whisper", "/whisper/inference"],
      ["/v1", "/inference"],
    ]
  ) {
    await using server = await startTranscriptionServer(
      (sent, { text }) =>
        sent.path === path
          ? Response.json({ text })
          : new Response("<h1>Not Found</h1>", { status: 404 }),
      SENTENCE,
    );
    const engine = over({ url: server.url + address });
    const { text } = await engine.transcribe(
      pcmOf(await speak(SENTENCE)),
      english,
    );
    assertEquals(text, "Hello how are you doing today", address);
    await engine.close();
  }
});

Deno.test("a model that a server does not know is looked for once, and told as that", async () => {
  await using server = await startTranscriptionServer(
    ({ path }) =>
      Response.json({
        error: {
          code: path === "/v1/audio/transcriptions"
            ? "model_not_found"
            : "unknown_url",
        },
      }, { status: 404 }),
    SENTENCE,
  );
  const engine = over(server);
  const error = await assertRejects(
    async () => engine.transcribe(pcmOf(await speak(SENTENCE)), english),
    ApiError,
  );
  assertMatch(error.operator ?? "", /404 model_not_found/);
  assertEquals(server.sent.length, 1);
  await engine.close();
});

Deno.test("a server that wants an hour is not waited for", async () => {
  await using server = await startTranscriptionServer(
    () =>
      new Response(null, { status: 429, headers: { "retry-after": "3600" } }),
    SENTENCE,
  );
  const engine = over(server);
  const error = await assertRejects(
    async () => engine.transcribe(pcmOf(await speak(SENTENCE)), english),
    ApiError,
  );
  assertEquals([error.code, error.retryAfter], ["speech-quota", 3_600]);
  assertEquals(server.sent.length, 1);
  await engine.close();
});

Deno.test("a server that never answers, or never stops answering, is given up in time", async () => {
  const late = Promise.withResolvers<Response>();
  const silent: Behaviour = () => late.promise;
  const endless: Behaviour = (_sent, _heard, request) => {
    const gone = request.signal;
    return new Response(ReadableStream.from((async function* () {
      while (!gone.aborted) {
        yield new Uint8Array(65_536).fill(32);
        await new Promise((go) => setTimeout(go));
      }
    })()));
  };
  for (
    const [behaviour, code] of [[silent, "speech-timeout"], [
      endless,
      "speech-down",
    ]] as const
  ) {
    await using server = await startTranscriptionServer(behaviour, SENTENCE);
    const engine = over(server, {
      timeoutMs: code === "speech-timeout" ? -3_000 : 60_000,
      attempts: 1,
    });
    const error = await assertRejects(
      async () => engine.transcribe(pcmOf(await speak(SENTENCE)), english),
      ApiError,
    );
    assertEquals(error.code, code);
    late.resolve(new Response());
    await engine.close();
  }
});

Deno.test("silence is not sent, and words made up over silence are left out", async () => {
  const made = {
    text: "Thank you. Thanks for watching!",
    segments: [
      {
        text: " Thank you.",
        start: 0,
        end: 1,
        avg_logprob: -0.2,
        no_speech_prob: 0.1,
      },
      {
        text: " Thanks for watching!",
        start: 1,
        end: 2,
        avg_logprob: -1.4,
        no_speech_prob: 0.9,
      },
    ],
  };
  await using server = await startTranscriptionServer(
    () => Response.json(made),
    SENTENCE,
  );
  const engine = over(server);
  assertEquals((await engine.transcribe(joinPcm(2), english)).text, "");
  assertEquals(server.sent.length, 0);
  const { text, words } = await engine.transcribe(
    pcmOf(await speak(SENTENCE)),
    english,
  );
  assertEquals(text, "Thank you.");
  assertEquals(words.map(({ word }) => word), ["Thank", "you."]);
  await engine.close();
});

Deno.test("a prompt is handed on, and a stretch that fails ends the live stream with its reason", async () => {
  let broken = false;
  await using server = await startTranscriptionServer(
    (_sent, { text }) =>
      broken ? new Response(null, { status: 401 }) : Response.json({ text }),
    ...SENTENCES,
  );
  const engine = over(server);
  const said: string[] = [];
  const stream = await engine.start({
    ...english,
    prompt: "A greeting.",
    hints: ["Ada", "Grace"],
    onUpdate: ({ type, text }) => type === "final" && said.push(text),
  });
  const pcm = joinPcm(pcmOf(await speak(SENTENCE)), 1);
  await stream.feed(pcm);
  while (said.length === 0) await new Promise((go) => setTimeout(go, 5));
  assertEquals(server.sent.at(-1)?.fields.prompt, [
    "A greeting. Ada, Grace",
  ]);
  broken = true;
  await stream.feed(pcm);
  const error = await assertRejects(() => stream.finish(), ApiError);
  assertEquals(error.code, "speech-refused");
  await stream.close();
  await engine.close();
});
