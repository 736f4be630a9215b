import { assertEquals, assertStringIncludes } from "@std/assert";
import { VARIABLES } from "../config/environment.ts";

/** Runs the service as the start task does, with these variables and no more permissions. */
function run(env: Record<string, string>, dataDir: string) {
  return new Deno.Command(Deno.execPath(), {
    args: [
      ..."run --no-prompt --allow-net --allow-ffi".split(" "),
      `--allow-env=${VARIABLES.join(",")}`,
      `--allow-read=${dataDir},/usr/share/pocketsphinx`,
      `--allow-write=${dataDir}`,
      new URL("../main.ts", import.meta.url).pathname,
    ],
    env: { DATA_DIR: dataDir, ...env },
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

Deno.test("a malformed variable stops the start with a sentence that names it", async () => {
  const child = run({ TRANSCRIBER_PORT: "eighty" }, "/tmp/unused");
  const { code, stdout, stderr } = await child.output();
  assertEquals(code, 1);
  assertStringIncludes(new TextDecoder().decode(stderr), "TRANSCRIBER_PORT");
  assertEquals(new TextDecoder().decode(stdout), "");
});

Deno.test("it starts with the permissions it is given, and ends in good order when told to", async () => {
  const dataDir = await Deno.makeTempDir({ prefix: "transcriber-main-" });
  const child = run({ TRANSCRIBER_PORT: "0" }, dataDir);
  let output = "";
  let told = false;
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
    output += text;
    const port = /"event":"listening","port":(\d+)/.exec(output)?.[1];
    if (!port || told) continue;
    told = true;
    const health = await fetch(`http://127.0.0.1:${port}/healthz`);
    assertEquals(await health.json(), { ok: true });
    const ready = await fetch(`http://127.0.0.1:${port}/readyz`);
    assertEquals((await ready.json()).recognizer.name, "pocketsphinx");
    child.kill("SIGTERM");
  }
  const [{ code }] = await Promise.all([child.status, child.stderr.cancel()]);
  assertEquals(code, 0);
  assertStringIncludes(output, '"event":"stopping"');
  await Deno.remove(dataDir, { recursive: true });
});
