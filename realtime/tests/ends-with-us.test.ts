import { expect, test } from "bun:test";
import { createConnection } from "node:net";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { endsWithUs } from "./ends-with-us.ts";

const listens = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = createConnection(port, "127.0.0.1");
    const answer = (is: boolean) => {
      socket.destroy();
      resolve(is);
    };
    socket.on("connect", () => answer(true)).on("error", () => answer(false));
  });

/** Runs a program that prints ports of what it started, kills it, and waits until nobody listens. */
async function killed(program: string, folder: string): Promise<void> {
  const test = Bun.spawn([process.execPath, "-e", program], {
    env: { ...process.env, TMPDIR: folder },
    cwd: import.meta.dir,
    stdout: "pipe",
    stderr: "inherit",
  });
  const { value } = await test.stdout.getReader().read();
  const ports = new TextDecoder().decode(value).trim().split(" ").map(Number);
  expect(ports.length).toBeGreaterThan(0);
  for (const port of ports) expect(await listens(port)).toBe(true);
  test.kill("SIGKILL");
  await test.exited;
  for (const port of ports) while (await listens(port)) await Bun.sleep(20);
}

/** What starts servers in tests, as a program does that goes on until it is killed. */
const PROGRAMS = {
  "a test of the log": `
    import { startRedis } from "../log/testing.ts";
    const first = await startRedis();
    await first.kill();
    await first.start();
    const frozen = await startRedis();
    process.kill(frozen.pid, "SIGSTOP");
    console.log(first.port, frozen.port);
    await Bun.sleep(1e8);`,
  "a run of the faults": `
    import { mkdirSync } from "node:fs";
    import { startStore } from "../faults/stores.ts";
    const store = await startStore("redis", process.env.TMPDIR, () => {});
    console.log(new URL(store.env.REDIS_URL).port);
    await Bun.sleep(1e8);`,
};

for (const [who, program] of Object.entries(PROGRAMS)) {
  test.skipIf(!Bun.which("redis-server"))(
    `the servers of ${who} end with it, also when it is killed`,
    async () => {
      const folder = mkdtempSync(join(tmpdir(), "ends-"));
      await killed(program, folder);
      rmSync(folder, { recursive: true });
    },
    30_000,
  );
}

test("a command is the process that was started, and ends as it would", async () => {
  const command = endsWithUs("sh", "-c", 'echo "$$ $1"; exit 7', "sh", "a b");
  const child = Bun.spawn(command, { stdin: "pipe", stdout: "pipe" });
  // Nothing that waits for the end holds its output open.
  const said = await new Response(child.stdout).text();
  expect(said.trim()).toBe(`${child.pid} a b`);
  expect(await child.exited).toBe(7);
});
