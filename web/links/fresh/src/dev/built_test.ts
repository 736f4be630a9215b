import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { fileURLToPath } from "node:url";
import { Builder } from "./mod.ts";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const fixture = here("../../../fixture");

/** Starts Deno, and gives the address it says it listens on. */
async function start(args: string[], env: Record<string, string> = {}) {
  const child = new Deno.Command(Deno.execPath(), {
    args,
    cwd: here("../../../../.."),
    env: { NO_COLOR: "1", ...env },
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const output = mergedText(child);
  let said = "";
  for (;;) {
    const { value, done } = await output.read();
    if (done) throw new Error(`It did not start: ${said}`);
    said += value;
    const port = /Listening on http:\/\/[^ ]*?:(\d+)/.exec(said)?.[1];
    if (!port) continue;
    return {
      base: `http://localhost:${port}`,
      async [Symbol.asyncDispose]() {
        child.kill();
        await output.cancel();
        await child.status;
      },
    };
  }
}

function mergedText(child: Deno.ChildProcess) {
  const { readable, writable } = new TransformStream<
    Uint8Array<ArrayBuffer>,
    Uint8Array<ArrayBuffer>
  >();
  const quiet = () => {}; // the reader is cancelled when the child is killed
  child.stderr.pipeTo(writable).catch(quiet);
  child.stdout.cancel();
  return readable.pipeThrough(new TextDecoderStream()).getReader();
}

Deno.test("build: the server runs with nothing but what it is allowed", async () => {
  const outDir = await Deno.makeTempDir({ dir: here("../../../fixture") });
  try {
    await new Builder({ root: fixture, outDir }).build();
    await using server = await start([
      "serve",
      "--no-check",
      "--no-prompt",
      `--allow-read=${fixture}`,
      "--port=0",
      `${outDir}/server.js`,
    ]);
    const { base } = server;
    const page = await fetch(`${base}/counters`);
    const html = await page.text();
    assertEquals(page.status, 200);
    const file = /from"([^"]+Counter\.js)"/.exec(html)![1];
    for (const encoding of ["br", "gzip"]) {
      const script = await fetch(base + file, {
        headers: { "accept-encoding": encoding },
      });
      assertStringIncludes(await script.text(), "Load");
    }
    assertEquals(
      (await (await fetch(`${base}/style.css`)).text()).slice(0, 4),
      "body",
    );
    assertEquals((await fetch(`${base}/..%2fmain.ts`)).status, 404);
  } finally {
    await Deno.remove(outDir, { recursive: true });
  }
});

Deno.test("build: the same input makes the same build", async () => {
  const outDirs = [1, 2].map(() =>
    Deno.makeTempDirSync({ dir: here("../../../fixture") })
  );
  try {
    const versions = [];
    for (const outDir of outDirs) {
      await new Builder({ root: fixture, outDir }).build();
      const snapshot = await Deno.readTextFile(`${outDir}/snapshot.js`);
      versions.push(/version = "(\w+)"/.exec(snapshot)?.[1]);
    }
    assertMatch(versions[0]!, /^\w{16}$/);
    assertEquals(versions[0], versions[1]);
  } finally {
    for (const outDir of outDirs) Deno.removeSync(outDir, { recursive: true });
  }
});

Deno.test("dev: pages learn when the server was restarted", async () => {
  const args = ["run", "--no-check", "-A", `${fixture}/dev.ts`];
  await using server = await start(args, { PORT: "0" });
  const html = await (await fetch(server.base)).text();
  assertMatch(html, /<script type="module" nonce="\w+">.*\/_frsh\/alive/);
  const alive = await fetch(`${server.base}/_frsh/alive`);
  assertEquals(alive.headers.get("content-type"), "text/event-stream");
  const reader = alive.body!.pipeThrough(new TextDecoderStream()).getReader();
  const { value } = await reader.read();
  await reader.cancel();
  assert(value);
  assertMatch(value, /^retry: 200\ndata: \d+\n\n$/);
});
