import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { freePort, startRedis, type TestRedis } from "../log/testing.ts";
import { endsWithUs } from "../tests/ends-with-us.ts";
import type { DialectName } from "./dialect.ts";
import type { Job, Report } from "./generator.ts";

/** A server under measurement: one or more processes, and their store. */
export interface Subject {
  dialect: DialectName;
  ports: number[];
  /** The ids of its own processes, and of its store's. */
  servers: number[];
  stores: number[];
  stop(): Promise<void>;
}

interface Started {
  process: Bun.Subprocess;
  port: number;
}

const here = (file: string) => join(import.meta.dir, file);

/** Resident bytes of processes. */
export function memoryOf(pids: number[]): number {
  return pids.reduce((total, pid) => {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    return total + Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) * 1024;
  }, 0);
}

function subject(
  dialect: DialectName,
  started: Started[],
  redis?: TestRedis,
): Subject {
  const processes = started.map(({ process }) => process);
  return {
    dialect,
    ports: started.map(({ port }) => port),
    servers: processes.map(({ pid }) => pid),
    stores: redis?.pid === undefined ? [] : [redis.pid],
    async stop() {
      for (const process of processes) process.kill("SIGKILL");
      await Promise.all(processes.map(({ exited }) => exited));
      await redis?.stop();
    },
  };
}

/** Starts a peer that prints its port. */
async function startPeer(
  command: [command: string, ...args: string[]],
  env: Record<string, string> = {},
): Promise<Started> {
  const child = Bun.spawn(endsWithUs(...command), {
    stdin: "pipe",
    env: { ...process.env, ...env },
    stdout: "pipe",
    stderr: "inherit",
  });
  const reader = child.stdout.getReader();
  const { value } = await reader.read();
  reader.releaseLock();
  const port = Number(new TextDecoder().decode(value).trim());
  return { process: child, port };
}

/** The product as it is here. */
const NOW = here("../main.ts");

/** Starts the product as it is deployed, but for its limit of messages a second. */
async function startOurs(
  main: string,
  appUrl: string,
  env: Record<string, string>,
): Promise<Started> {
  const port = await freePort();
  const child = Bun.spawn(endsWithUs(process.execPath, main), {
    stdin: "pipe",
    env: {
      ...process.env,
      APP_URL: appUrl,
      WS_PORT: String(port),
      MESSAGE_RATE: "1000000",
      MESSAGE_BURST: "1000000",
      MAX_NEWCOMERS: "1000000",
      ...env,
    },
    stderr: "ignore",
  });
  for (let i = 0; i < 500; i += 1) {
    const ready = await fetch(`http://127.0.0.1:${port}/readyz`)
      .then(({ ok }) => ok, () => false);
    if (ready) return { process: child, port };
    await Bun.sleep(20);
  }
  throw new Error("The service did not start.");
}

async function startOnSqlite(main: string, appUrl: string): Promise<Subject> {
  const folder = mkdtempSync(join(tmpdir(), "bench-"));
  const env = { DATA_DIR: folder, REDIS_URL: "" };
  const started = subject("ours", [await startOurs(main, appUrl, env)]);
  return {
    ...started,
    async stop() {
      await started.stop();
      rmSync(folder, { recursive: true });
    },
  };
}

async function startOnRedis(main: string, appUrl: string, instances: number) {
  const redis = await startStore();
  const started: Started[] = [];
  for (let i = 0; i < instances; i += 1) {
    started.push(await startOurs(main, appUrl, { REDIS_URL: redis.url }));
  }
  return subject("ours", started, redis);
}

async function startSocketIo(instances: number, write: boolean) {
  const redis = await startStore();
  const env = { REDIS_URL: redis.url, WRITE: write ? "1" : "0" };
  const started: Started[] = [];
  for (let i = 0; i < instances; i += 1) {
    started.push(await startPeer(["node", here("peers/socket-io.js")], env));
  }
  return subject("socket.io", started, redis);
}

async function startPlain(...command: [command: string, ...args: string[]]) {
  return subject("plain", [await startPeer(command)]);
}

/**
 * A Redis that does not rewrite its file meanwhile: one that is empty at first doubles every
 * few seconds, and the rewriting takes a processor; one that has been in use does not.
 */
const startStore = () => startRedis("--auto-aof-rewrite-percentage", "0");

type Start = (appUrl: string, instances: number) => Promise<Subject>;

/** Everything that is measured, by its name in the table and on the command line. */
export const SUBJECTS: Record<string, Start> = {
  bun: () => startPlain(process.execPath, here("peers/bare-bun.ts")),
  redis: (...run) => startOnRedis(NOW, ...run),
  sqlite: (appUrl) => startOnSqlite(NOW, appUrl),
  ws: () => startPlain("node", here("peers/ws.js")),
  "socket.io": (_, instances) => startSocketIo(instances, false),
  "socket.io+write": (_, instances) => startSocketIo(instances, true),
};

/** The product as another checkout has it, with its packages installed. */
export function before(checkout: string): Record<string, Start> {
  const main = join(checkout, "realtime/main.ts");
  return {
    "redis-before": (...run) => startOnRedis(main, ...run),
    "sqlite-before": (appUrl) => startOnSqlite(main, appUrl),
  };
}

/** A load generator at work. */
export interface Generator {
  /** What it reports: null once it only has to connect and has. */
  done: Promise<Report | null>;
  stop(): Promise<void>;
}

/** Gives a generator of its own a job. */
export function generate(job: Job): Generator {
  const { promise, resolve, reject } = Promise.withResolvers<Report | null>();
  const child = Bun.spawn([process.execPath, here("generator.ts")], {
    stdio: ["ignore", "inherit", "inherit"],
    ipc(answer: { report?: Report | null; failure?: string }) {
      if (answer.failure === undefined) resolve(answer.report ?? null);
      else reject(new Error(answer.failure));
    },
    onExit: () => reject(new Error("The load generator ended.")),
  });
  child.send(job);
  return {
    done: promise,
    async stop() {
      child.kill("SIGKILL");
      await child.exited;
    },
  };
}
