import { afterEach, expect, test } from "bun:test";
import { join } from "node:path";

/** Seconds of faults: short enough for every run of the suite. */
const SECONDS = 4;

let child: Bun.Subprocess | undefined;
// A run that took too long is still going on.
afterEach(() => child?.kill("SIGTERM"));

/** Runs the short form as a process of its own, as it makes itself look like a browser. */
async function faults(only: string) {
  const main = join(import.meta.dir, "main.ts");
  const run = child = Bun.spawn(
    [process.execPath, main, "--seconds", `${SECONDS}`, "--only", only],
    { stdout: "pipe", stderr: "inherit" },
  );
  const output = await new Response(run.stdout).text();
  const code = await run.exited;
  const closing = output.trimEnd().split("\n").at(-1) ?? "";
  const counts = /^faults: (\d+) injected, (\d+) acknowledged, (.*)$/
    .exec(closing);
  const [, injected, acknowledged, broken] = counts ?? [];
  return {
    code,
    output,
    injected: Number(injected),
    acknowledged: Number(acknowledged),
    broken,
  };
}

async function expectSound(only: string) {
  const { code, output, injected, acknowledged, broken } = await faults(only);
  // The whole output tells a person what was broken.
  expect(broken, output).toBe("0 lost, 0 duplicated, 0 reordered");
  expect(code, output).toBe(0);
  expect(injected).toBeGreaterThan(2);
  expect(acknowledged).toBeGreaterThan(20);
}

test("SQLite keeps what was promised", () => expectSound("sqlite"), 60_000);

// Skipped only where there is no redis-server: it is a package of the system.
test.skipIf(!Bun.which("redis-server"))(
  "Redis keeps what was promised",
  () => expectSound("redis"),
  60_000,
);
