import { fileURLToPath } from "node:url";
import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { ApiError } from "../../http/errors.ts";
import type { Fields } from "../../../realtime/common/log-line.ts";
import { joinPcm, pcmOf, speak } from "../../testing/speech.ts";
import { recognizerContract, SENTENCES } from "../contract.ts";
import type { RecognizerStatus } from "../recognizer.ts";
import { Sherpa, type SherpaOptions } from "./sherpa.ts";

const never = new AbortController().signal;
const english = { language: "en-US", signal: never };
const FILES = ["encoder.onnx", "decoder.onnx", "joiner.onnx", "tokens.txt"];

/** A folder with the files of a model, none of which is one. */
async function modelDir(files = FILES): Promise<string> {
  const dir = await Deno.makeTempDir({ prefix: "sherpa-test-" });
  for (const file of files) {
    await Deno.writeTextFile(`${dir}/${file}`, "this is no model\n");
  }
  return dir;
}

const child = (behaviour: string) => () => [
  Deno.execPath(),
  ..."run --no-check --allow-all".split(" "),
  fileURLToPath(new URL("../../testing/sherpa-child.ts", import.meta.url)),
  behaviour,
  ...SENTENCES,
];

async function makeSherpa(
  options: Partial<SherpaOptions>,
  files?: string[],
): Promise<{ engine: Sherpa; lines: (Fields & { event: string })[] }> {
  const lines: (Fields & { event: string })[] = [];
  const dir = await modelDir(files);
  const engine = new Sherpa({
    modelDir: dir,
    languages: ["en-US"],
    log: (_level, event, fields) => lines.push({ event, ...fields }),
    ...options,
  });
  const close = engine.close.bind(engine);
  engine.close = async () => {
    await close();
    await Deno.remove(dir, { recursive: true });
  };
  return { engine, lines };
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}

const reasonOf = (status: RecognizerStatus) =>
  status.state === "off" ? status.reason : "";

recognizerContract({
  name: "sherpa-onnx",
  make: async () => (await makeSherpa({ command: child("good") })).engine,
});

Deno.test("sherpa-onnx: a folder without a model is told, file by file, and nothing is started", async () => {
  const cases: [string[], RegExp][] = [
    [[], /lacks encoder, decoder, joiner, tokens/],
    [["encoder.onnx", "decoder.onnx", "tokens.txt"], /lacks joiner\./],
  ];
  for (const [files, expected] of cases) {
    const { engine, lines } = await makeSherpa({}, files);
    assertMatch(reasonOf(engine.status()), expected);
    const error = await assertRejects(
      () => engine.transcribe(joinPcm(0.5), english),
      ApiError,
    );
    assertEquals(error.code, "recognizer-off");
    assertEquals(lines, []);
    await engine.close();
  }
  const nowhere = new Sherpa({
    modelDir: "/nonexistent",
    languages: ["en"],
    log: () => {},
  });
  assertMatch(reasonOf(nowhere.status()), /not a folder/);
  await nowhere.close();
});

Deno.test("sherpa-onnx: a model the real library cannot read takes the child along, and only that", async () => {
  const { engine, lines } = await makeSherpa({ backoffMs: 60_000 });
  const waiting = assertRejects(
    () => engine.transcribe(joinPcm(0.5), english),
    ApiError,
  );
  await until(() => lines.length > 0);
  assertEquals((await waiting).code, "recognizer-off");
  assertEquals(lines[0].event, "sherpa-ended");
  assertEquals(lines[0].loaded, false);
  assertMatch(
    reasonOf(engine.status()),
    /^The recogniser sherpa-onnx cannot load the model in SHERPA_MODEL_DIR: it ended with (SIG|code)/,
  );
  await engine.close();
});

Deno.test("sherpa-onnx: a child that aborts is told of, started again, later each time", async () => {
  const { engine, lines } = await makeSherpa({
    command: child("abort-at-start"),
    backoffMs: 5,
    maxBackoffMs: 15,
  });
  await until(() => lines.length >= 3);
  assertEquals(lines.slice(0, 3).map(({ wait }) => wait), [5, 10, 15]);
  assertEquals(lines[0].how, "SIGABRT");
  assertEquals(lines[0].said, "the model makes no sense");
  assertMatch(reasonOf(engine.status()), /SIGABRT.*makes no sense/);
  await engine.close();
});

Deno.test("sherpa-onnx: who speaks while the child aborts is told to try again, and then can", async () => {
  const commands = [child("abort-on-audio"), child("good")];
  const { engine, lines } = await makeSherpa({
    command: () => (commands.length > 1 ? commands.shift()! : commands[0])(),
    backoffMs: 5,
  });
  const pcm = pcmOf(await speak(SENTENCES[0]));
  const error = await assertRejects(
    () => engine.transcribe(pcm, english),
    ApiError,
  );
  assertEquals([error.code, error.status], ["recognizer-stopped", 503]);
  assert(error.message.includes("not lost"));
  await until(() => engine.status().state === "ready");
  const { text } = await engine.transcribe(pcm, english);
  assertEquals(text, "Hello how are you doing today");
  assertEquals(lines.map(({ event }) => event), [
    "sherpa-ready",
    "sherpa-ended",
    "sherpa-ready",
  ]);
  await engine.close();
});

Deno.test("sherpa-onnx: a child that says nothing is ended", async () => {
  const { engine, lines } = await makeSherpa({
    command: child("hang"),
    patienceMs: 300,
    backoffMs: 60_000,
  });
  await until(() => lines.length > 0);
  assertEquals(lines[0].how, "SIGKILL");
  await engine.close();
});

Deno.test("sherpa-onnx: a program that is not there is no reason to fail", async () => {
  const { engine } = await makeSherpa({ command: () => ["/nonexistent/deno"] });
  assertMatch(reasonOf(engine.status()), /cannot be started/);
  await engine.close();
});
