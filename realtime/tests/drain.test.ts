import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../log/testing.ts";
import { CLOSE } from "../protocol.ts";
import type { HistoryPage } from "../protocol-http.ts";
import { endsWithUs } from "./ends-with-us.ts";
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
  const main = join(import.meta.dir, "../main.ts");
  const child = Bun.spawn(endsWithUs(process.execPath, main), {
    stdin: "pipe",
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

test("keeps the log from everyone else on the machine", async () => {
  const dataDir = join(folder, "private");
  const child = await start({ DATA_DIR: dataDir });
  const client = await enter(child);
  client.chat("d", "c1", "Between us");
  await client.next("message-ack");
  for (const name of [".", ...readdirSync(dataDir)]) {
    const { mode } = statSync(join(dataDir, name));
    expect({ name, open: mode & 0o077 }).toEqual({ name, open: 0 });
  }
  client.close();
  child.process.kill("SIGTERM");
  expect(await child.process.exited).toBe(0);
});

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

test(
  "under fire, SIGTERM leaves every message stored once or free to be sent again",
  async () => {
    const first = await start();
    const clients = await Promise.all([enter(first), enter(first)]);
    const ids = (who: number) =>
      Array.from({ length: 300 }, (_, i) => `fire-${who}-${i}`);
    for (const [who, client] of clients.entries()) {
      for (const id of ids(who)) client.chat("d", id, "Going");
    }
    await clients[0]?.next("message-ack");
    first.process.kill("SIGTERM");
    for (const client of clients) {
      expect((await client.closed).code).toBe(CLOSE.restart);
      const refused = client.frames.filter(({ event }) => event === "error");
      for (const error of refused) {
        expect(error).toMatchObject({ retryable: true });
      }
    }
    // Had it taken 10 s, this would be 1.
    expect(await first.process.exited).toBe(0);
    const second = await start();
    for (const [who, before] of clients.entries()) {
      const acked = new Set(ackedIn(before));
      const again = await enter(second);
      const missing = ids(who).filter((id) => !acked.has(id));
      for (const id of missing) again.chat("d", id, "Going");
      while (ackedIn(again).length < missing.length) await Bun.sleep(5);
    }
    const token = await issuer.personToken("ann", { d: "member" });
    const stored: string[] = [];
    for (let before = "";;) {
      const answer = await fetch(
        `http://127.0.0.1:${second.port}/rooms/d/messages?limit=100${before}`,
        { headers: { authorization: `Bearer ${token}` } },
      );
      const { messages } = await answer.json() as HistoryPage;
      stored.unshift(...messages.map(({ clientId }) => clientId));
      if (!messages[0] || messages[0].offset === 1) break;
      before = `&before=${messages[0].offset}`;
    }
    const fired = stored.filter((id) => id.startsWith("fire"));
    expect(fired).toHaveLength(600);
    expect(new Set(fired).size).toBe(600);
    second.process.kill("SIGKILL");
    await second.process.exited;
  },
  20_000,
);

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
  const main = join(import.meta.dir, "../main.ts");
  const { exitCode, stderr } = Bun.spawnSync([process.execPath, main], {
    env: { ...process.env, WS_PORT: "eighty" },
  });
  expect(exitCode).toBe(1);
  expect(stderr.toString()).toMatch(/^WS_PORT must be .*\.\n$/);
});
