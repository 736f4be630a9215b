import { expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const folder = () => mkdtempSync(join(tmpdir(), "realtime-start-"));

function start(env: Record<string, string>) {
  return Bun.spawn([process.execPath, join(import.meta.dir, "main.ts")], {
    env: { PATH: process.env.PATH, REDIS_URL: "", WS_PORT: "0", ...env },
    cwd: env.CWD ?? import.meta.dir,
    stdout: "pipe",
    stderr: "pipe",
  });
}

/** What a start that cannot succeed says. */
async function refusal(env: Record<string, string>): Promise<string> {
  const child = start(env);
  expect(await child.exited).toBe(1);
  return (await new Response(child.stderr).text()).trim();
}

/** Resolves to the port once it listens. */
async function listening(child: ReturnType<typeof start>): Promise<number> {
  let text = "";
  const decoder = new TextDecoder();
  for await (const chunk of child.stdout) {
    text += decoder.decode(chunk);
    const port = /"port":(\d+)/.exec(text)?.[1];
    if (port) return Number(port);
  }
  throw new Error("It ended.");
}

test("what stands in the way of a start is told in a sentence", async () => {
  const dir = folder();
  const file = join(dir, "file");
  writeFileSync(file, "");
  expect(await refusal({ DATA_DIR: file })).toBe(
    `DATA_DIR (${file}) is not a folder. Set DATA_DIR to one.`,
  );
  expect(await refusal({ DATA_DIR: "/proc/chat" })).toMatch(
    /^DATA_DIR \(\/proc\/chat\) cannot be written by this user/,
  );
  const taken = Bun.serve({ port: 0, fetch: () => new Response() });
  const env = { DATA_DIR: dir, WS_HOST: "0.0.0.0", WS_PORT: `${taken.port}` };
  expect(await refusal(env)).toBe(
    `Port ${taken.port} is taken by another program. Set WS_PORT to another.`,
  );
  await taken.stop(true);
  expect(await refusal({ DATA_DIR: dir, WS_HOST: "192.0.2.1" })).toMatch(
    /^(192\.0\.2\.1 is not an address|Port 0 is taken)/,
  );
  rmSync(dir, { recursive: true });
});

test("a second one over the same DATA_DIR is refused by name, until the first is killed", async () => {
  const dir = folder();
  const first = start({ DATA_DIR: dir });
  await listening(first);
  expect(await refusal({ DATA_DIR: dir })).toBe(
    `DATA_DIR (${dir}) is in use by another realtime. Stop that one, or set DATA_DIR to another folder.`,
  );
  first.kill("SIGKILL");
  await first.exited;
  const next = start({ DATA_DIR: dir });
  await listening(next);
  next.kill("SIGTERM");
  await next.exited;
  rmSync(dir, { recursive: true });
});
