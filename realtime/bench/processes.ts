import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort, startRedis } from "../log/testing.ts";
import { type Dialect, OURS, PLAIN, SOCKET_IO } from "./dialect.ts";

/** A server under measurement: one or more processes, and what they need. */
export interface Subject {
  ports: number[];
  dialect: Dialect;
  /** Seconds of CPU its own processes used so far. */
  cpu(): number;
  /** Resident bytes of its own processes. */
  memory(): number;
  stop(): Promise<void>;
}

export type StartSubject = (
  appUrl: string,
  instances: number,
) => Promise<Subject>;

const here = (file: string) => join(import.meta.dir, file);

/** The kernel's clock ticks a second, as /proc/PID/stat counts them. */
const TICKS = 100;

function cpuOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  // The name in parentheses may hold spaces; the fields after it do not (proc(5)).
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / TICKS;
}

function memoryOf(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) * 1024;
}

function subject(
  processes: Bun.Subprocess[],
  ports: number[],
  dialect: Dialect,
  cleanUp: () => void | Promise<void> = () => {},
): Subject {
  const sum = (of: (pid: number) => number) =>
    processes.reduce((total, { pid }) => total + of(pid), 0);
  return {
    ports,
    dialect,
    cpu: () => sum(cpuOf),
    memory: () => sum(memoryOf),
    async stop() {
      for (const process of processes) process.kill("SIGKILL");
      await Promise.all(processes.map(({ exited }) => exited));
      await cleanUp();
    },
  };
}

/** Starts a peer that prints its port. */
async function startPeer(
  command: string[],
  env: Record<string, string> = {},
): Promise<{ process: Bun.Subprocess; port: number }> {
  const child = Bun.spawn(command, {
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

async function startOurs(
  appUrl: string,
  env: Record<string, string>,
): Promise<{ process: Bun.Subprocess; port: number }> {
  const port = await freePort();
  const child = Bun.spawn([process.execPath, here("../main.ts")], {
    env: {
      ...process.env,
      APP_URL: appUrl,
      WS_PORT: String(port),
      MESSAGE_RATE: "1000000",
      MESSAGE_BURST: "1000000",
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

const startOnSqlite: StartSubject = async (appUrl) => {
  const folder = mkdtempSync(join(tmpdir(), "bench-"));
  const { process, port } = await startOurs(appUrl, {
    DATA_DIR: folder,
    REDIS_URL: "",
  });
  return subject(
    [process],
    [port],
    OURS,
    () => rmSync(folder, { recursive: true }),
  );
};

const startOnRedis: StartSubject = async (appUrl, instances) => {
  const redis = await startRedis();
  const started = [];
  for (let i = 0; i < instances; i += 1) {
    started.push(await startOurs(appUrl, { REDIS_URL: redis.url }));
  }
  const processes = started.map(({ process }) => process);
  const ports = started.map(({ port }) => port);
  return subject(processes, ports, OURS, () => redis.stop());
};

const startBareBun: StartSubject = async () => {
  const command = [process.execPath, here("peers/bare-bun.ts")];
  const { process: child, port } = await startPeer(command);
  return subject([child], [port], PLAIN);
};

const startWs: StartSubject = async () => {
  const { process, port } = await startPeer(["node", here("peers/ws.js")]);
  return subject([process], [port], PLAIN);
};

const startSocketIo =
  (write: boolean): StartSubject => async (_, instances) => {
    const redis = await startRedis();
    const env = { REDIS_URL: redis.url, WRITE: write ? "1" : "0" };
    const started = [];
    for (let i = 0; i < instances; i += 1) {
      started.push(await startPeer(["node", here("peers/socket-io.js")], env));
    }
    const processes = started.map(({ process }) => process);
    const ports = started.map(({ port }) => port);
    return subject(processes, ports, SOCKET_IO, () => redis.stop());
  };

/** Everything that is measured, by the name in the table. */
export const SUBJECTS = {
  "bare Bun": startBareBun,
  "ours, Redis": startOnRedis,
  "ours, SQLite": startOnSqlite,
  "ws": startWs,
  "Socket.IO": startSocketIo(false),
  "Socket.IO + write": startSocketIo(true),
} satisfies Record<string, StartSubject>;

export type SubjectName = keyof typeof SUBJECTS;
