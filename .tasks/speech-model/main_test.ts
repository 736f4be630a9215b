import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { createHash } from "node:crypto";
import { tinySenseVoice } from "../../transcriber/testing/sherpa-models.ts";
import { fromFileUrl, join } from "../paths.ts";
import { CATALOGUE, tableOf } from "./catalogue.ts";
import { chosenVariables, readChosen } from "./chosen.ts";
import { barOf, progressLine } from "./progress.ts";

const MAIN = fromFileUrl(new URL("./main.ts", import.meta.url));

async function run(env: Record<string, string>, ...args: string[]) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-check", "--allow-all", MAIN, ...args],
    env: { SHERPA_MODEL_DIR: "", NO_COLOR: "1", ...env },
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, out: text(stdout), err: text(stderr) };
}

Deno.test("a model is listed, fetched, switched to for the next start, and switched off again", async () => {
  const model = tinySenseVoice();
  const files = {
    "model.int8.onnx": model["model.onnx"],
    "tokens.txt": new TextEncoder().encode(model["tokens.txt"]),
  };
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    (request) => {
      const name = new URL(request.url).pathname.split("/").at(-1) ?? "";
      if (name in files) {
        return new Response(files[name as keyof typeof files]);
      }
      return Response.json(
        Object.entries(files).map(([path, content]) => ({
          type: "file",
          path,
          size: content.length,
          lfs: { oid: createHash("sha256").update(content).digest("hex") },
        })),
      );
    },
  );
  const DATA_DIR = await Deno.makeTempDir({ prefix: "speech-model-" });
  const env = {
    DATA_DIR,
    HF_ENDPOINT: `http://127.0.0.1:${server.addr.port}/`,
  };
  const list = await run(env);
  for (const { name } of CATALOGUE) assertStringIncludes(list.out, name);
  assertEquals(chosenVariables(env), {});

  const fetched = await run(env, "sense-voice");
  assertEquals([fetched.err, fetched.code], ["", 0]);
  assertMatch(fetched.out, /100 %[\s\S]*is used from the next start on/);
  assertEquals(chosenVariables(env), {
    SHERPA_MODEL_DIR: join(DATA_DIR, "models/sense-voice"),
    SHERPA_LANGUAGES: "zh,en,ja,ko,yue",
  });
  assertEquals(chosenVariables({ ...env, SHERPA_MODEL_DIR: "/mine" }), {});
  assertStringIncludes((await run(env)).out, "sense-voice *");

  assertEquals((await run(env, "none")).code, 0);
  assertEquals(chosenVariables(env), {});
  const unknown = await run(env, "parrot");
  assertEquals(unknown.code, 1);
  assertMatch(unknown.err, /^There is no model of that name/);
  await Deno.remove(DATA_DIR, { recursive: true });
});

Deno.test("a choice that is half written, or whose folder has gone, is none", async () => {
  const DATA_DIR = await Deno.makeTempDir({ prefix: "speech-model-" });
  await Deno.mkdir(`${DATA_DIR}/models`);
  const note = `${DATA_DIR}/models/chosen.json`;
  const gone = { name: "tiny", dir: "/nonexistent/model", languages: ["en"] };
  for (const text of ["", '{"name":', "{}", JSON.stringify(gone)]) {
    await Deno.writeTextFile(note, text);
    assertEquals(readChosen({ DATA_DIR }), null);
  }
  await Deno.remove(DATA_DIR, { recursive: true });
});

Deno.test("the list stands in columns, and the bar grows", () => {
  const lines = tableOf(CATALOGUE, "parakeet").split("\n");
  assertEquals(lines.length, CATALOGUE.length);
  assertEquals(new Set(lines.map((line) => line.indexOf(" MB"))).size, 1);
  const speed = / MB {2}(\d\.\d\d s on [\w -]+|no speed known) {2}/;
  for (const line of lines) assertMatch(line, speed);
  assertMatch(barOf(0, 4e6), /^░{30} {3}0 % {2}0 of 4 MB$/);
  assertMatch(barOf(2e6, 4e6), /^█{15}░{15} {2}50 % {2}2 of 4 MB$/);
  assertMatch(barOf(4e6, 4e6), /^█{30} 100 %/);
  const told: string[] = [];
  const line = progressLine(false, (text) => told.push(text));
  for (let done = 0; done <= 1_000; done++) line.tell(done, 1_000);
  assertEquals(told.length, 11);
});
