import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import type { Entry, NewEntry, Written } from "./entry.ts";
import { messageEntry } from "./making.ts";
import type { MembersChange } from "../access/member-store.ts";
import type { SignOut } from "../access/sign-outs.ts";
import type { LogListener, RoomLog } from "./log.ts";
import { RedisLog } from "./redis/log.ts";
import { SqliteLog } from "./sqlite/log.ts";
import { endsWithUs } from "../tests/ends-with-us.ts";

/** A redis-server of its own in a temporary folder. */
export interface TestRedis {
  port: number;
  url: string;
  /** Of the process, while it runs. */
  readonly pid: number | undefined;
  /** Ends the server at once, as a crash does; `start` brings it back with its data. */
  kill(): Promise<void>;
  start(): Promise<void>;
  /** Ends it and deletes its folder. */
  stop(): Promise<void>;
}

/** A port nobody listens on at this moment, low enough for a cluster's bus beside it. */
export async function freePort(): Promise<number> {
  const port = await anyPort();
  // A cluster node's bus listens 10,000 higher.
  return port < 55_000 ? port : await freePort();
}

function anyPort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address();
      const port = typeof address === "object" ? address?.port ?? 0 : 0;
      server.close(() => resolve(port));
    });
  });
}

/** Starts redis-server with an append-only file, and more settings if given. */
export async function startRedis(...settings: string[]): Promise<TestRedis> {
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), "redis-"));
  const options = ["--port", `${port}`, "--dir", folder, "--save", ""];
  options.push("--bind", "127.0.0.1", "--appendonly", "yes", ...settings);
  const url = `redis://127.0.0.1:${port}`;
  let server: Bun.Subprocess<"pipe", "ignore", "inherit"> | undefined;
  const redis: TestRedis = {
    port,
    url,
    get pid() {
      return server?.pid;
    },
    async kill() {
      server?.kill("SIGKILL");
      await server?.exited;
      await server?.stdin.end();
    },
    async start() {
      server = Bun.spawn(endsWithUs("redis-server", ...options), {
        stdin: "pipe",
        stdout: "ignore",
      });
      const probe = new Redis(url, {
        maxRetriesPerRequest: null,
        retryStrategy: () => 30,
      });
      // Refused until the server listens; the ping below waits for that.
      probe.on("error", () => {});
      await probe.ping();
      probe.disconnect();
    },
    async stop() {
      await redis.kill();
      rmSync(folder, { recursive: true });
    },
  };
  await redis.start();
  return redis;
}

/** A listener that keeps what it hears. */
export class Recorder implements LogListener {
  readonly heard: [roomId: string, entry: Entry][] = [];
  /** What it is to announce to others, and what all hear by themselves. */
  readonly own: [roomId: string, offset: number][] = [];
  readonly byAll: [roomId: string, offset: number][] = [];
  readonly signals: [roomId: string, text: string][] = [];
  readonly signOuts: SignOut[] = [];
  readonly changes: MembersChange[] = [];
  readonly announcements: string[] = [];
  reconnects = 0;

  entries(roomId: string, entries: Entry[]): void {
    for (const entry of entries) this.heard.push([roomId, entry]);
  }
  signal(roomId: string, text: string): void {
    this.signals.push([roomId, text]);
  }
  appended(roomId: string, entries: Entry[]): void {
    for (const { offset } of entries) this.own.push([roomId, offset]);
  }
  heardByAll(roomId: string, entries: Entry[]): void {
    for (const { offset } of entries) this.byAll.push([roomId, offset]);
  }
  announced(text: string): void {
    this.announcements.push(text);
  }
  signedOut(signOut: SignOut): void {
    this.signOuts.push(signOut);
  }
  membersChanged(change: MembersChange): void {
    this.changes.push(change);
  }
  reconnected(): void {
    this.reconnects += 1;
  }
}

/** Waits until something is so; fails after some seconds. */
export async function until(holds: () => boolean): Promise<void> {
  for (let i = 0; i < 4_000; i += 1) {
    if (holds()) return;
    await Bun.sleep(5);
  }
  throw new Error("It never came true.");
}

/** Waits until what was written is in the index of a store that has one. */
export async function settled(log: RoomLog): Promise<void> {
  const isIndexing = () =>
    (log instanceof SqliteLog || log instanceof RedisLog) && log.isIndexing;
  while (isIndexing()) await Bun.sleep(20);
}

/** An entry for a message of a test. */
export function draft(
  roomId: string,
  clientId: string,
  content = `Text of ${clientId}`,
  sender = "ann",
): NewEntry {
  const origin = {
    roomId,
    clientId,
    sender: { id: sender, name: sender },
    timestamp: 1_000,
  };
  return messageEntry(origin, { content });
}

/** The line that a version before December 2026 would have written for an entry. */
export function version1Line({ kind, head, parts }: Written): string {
  const isErased = parts === "" && (kind === "m" || kind === "e");
  const { voice, ...said } = JSON.parse(`{${parts}}`);
  const fields = { ...JSON.parse(`{${head}}`), ...said, ...voice };
  return JSON.stringify(isErased ? { ...fields, content: "" } : fields)
    .slice(1);
}
