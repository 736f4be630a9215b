import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "./log/testing.ts";
import { CLOSE, type HistoryPage } from "./protocol.ts";
import { type Issuer, startIssuer, TestClient } from "./testing.ts";

const folder = mkdtempSync(join(tmpdir(), "drain-"));
const children: Bun.Subprocess[] = [];
let issuer: Issuer;
beforeAll(async () => {
  issuer = await startIssuer();
});
afterAll(() => {
  for (const child of children) child.kill("SIGKILL");
  issuer.stop();
  rmSync(folder, { recursive: true });
});

interface Child {
  port: number;
  process: Bun.Subprocess;
}

/** Starts the service as it is run, and waits until it is ready. */
async function start(env: Record<string, string> = {}): Promise<Child> {
  const port = await freePort();
  const main = join(import.meta.dir, "main.ts");
  const child = Bun.spawn([process.execPath, main], {
    env: {
      ...process.env,
      APP_URL: issuer.url,
      WS_PORT: String(port),
      DATA_DIR: folder,
      MESSAGE_BURST: "1000",
      ...env,
    },
    stderr: "ignore",
  });
  children.push(child);
  for (let i = 0; i < 200; i += 1) {
    const ready = await fetch(`http://127.0.0.1:${port}/readyz`)
      .then(({ ok }) => ok, () => false);
    if (ready) return { port, process: child };
    await Bun.sleep(20);
  }
  throw new Error("The service did not start.");
}

async function enter({ port }: Child): Promise<TestClient> {
  const client = new TestClient(port);
  await client.identify(await issuer.personToken("ann", { d: "member" }));
  await client.join("d");
  return client;
}

const ackedIn = (client: TestClient): string[] =>
  client.frames.flatMap((it) => it.event === "message-ack" ? it.clientId : []);

async function storedIds({ port }: Child): Promise<string[]> {
  const token = await issuer.personToken("ann", { d: "member" });
  const answer = await fetch(
    `http://127.0.0.1:${port}/rooms/d/messages?limit=100`,
    { headers: { authorization: `Bearer ${token}` } },
  );
  const { messages } = await answer.json() as HistoryPage;
  return messages.map(({ clientId }) => clientId);
}

test("SIGTERM keeps what was promised, says goodbye and ends well", async () => {
  const first = await start();
  const client = await enter(first);
  for (let i = 0; i < 50; i += 1) client.chat("d", `term-${i}`, "Going");
  await client.next("message-ack");
  first.process.kill("SIGTERM");
  expect((await client.closed).code).toBe(CLOSE.restart);
  expect(await first.process.exited).toBe(0);
  const second = await start();
  expect(await storedIds(second)).toEqual(
    expect.arrayContaining(ackedIn(client)),
  );
  second.process.kill("SIGKILL");
  await second.process.exited;
});

test("SIGKILL loses nothing that was acknowledged", async () => {
  const first = await start();
  const client = await enter(first);
  for (let i = 0; i < 40; i += 1) client.chat("d", `kill-${i}`, "Gone");
  await client.next("message-ack");
  first.process.kill("SIGKILL");
  await client.closed;
  const acked = ackedIn(client);
  expect(acked).not.toBeEmpty();
  const second = await start();
  const stored = await storedIds(second);
  expect(stored).toEqual(expect.arrayContaining(acked));
  expect(new Set(stored).size).toBe(stored.length);
});

test("a malformed variable stops the start with a sentence that names it", () => {
  const main = join(import.meta.dir, "main.ts");
  const { exitCode, stderr } = Bun.spawnSync([process.execPath, main], {
    env: { ...process.env, WS_PORT: "eighty" },
  });
  expect(exitCode).toBe(1);
  expect(stderr.toString()).toMatch(/^WS_PORT must be .*\.\n$/);
});
