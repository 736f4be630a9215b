import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../log/testing.ts";
import { type Issuer, startIssuer } from "../tests/testing.ts";
import { check, type Verdict } from "./checker.ts";
import { Child } from "./child.ts";
import { RecordingClient } from "./client.ts";
import { newestOffset, readLog } from "./final-log.ts";
import { inject, type Injected } from "./inject.ts";
import { startLoad } from "./load.ts";
import { plan, randomNumbers } from "./plan.ts";
import { loadProduct } from "./product.ts";
import { type Proxy, startProxy } from "./proxy.ts";
import { settle } from "./settle.ts";
import { startStore, type StoreKind } from "./stores.ts";

export interface RunOptions {
  store: StoreKind;
  seconds: number;
  seed: number;
}

export interface RunResult {
  injected: Injected;
  verdict: Verdict;
  /** How often clients identified, and had what they showed replaced. */
  identified: number;
  replaced: number;
  /** Messages clients still try to send long after the last fault. */
  waiting: number;
  /** What no fault explains: clients that were refused, processes that ended. */
  troubles: string[];
  /** Where the output of the processes is, if a promise was broken. */
  folder: string | undefined;
}

/** Whether a run found nothing wrong. */
export const isSound = (
  { verdict, waiting, troubles }: Omit<RunResult, "folder">,
): boolean => verdict.violations.length + waiting + troubles.length === 0;

const CLIENTS = 50;
const ROOMS = 10;

/** Runs real processes under load and faults, then checks what they promised. */
export async function run(options: RunOptions): Promise<RunResult> {
  const folder = mkdtempSync(join(tmpdir(), "faults-"));
  const children: Child[] = [];
  const issuer = await startIssuer();
  const undo: (() => void)[] = [() => issuer.stop()];
  let keep = true;
  try {
    const result = await runIn(folder, options, issuer, children, undo);
    keep = !isSound(result);
    return { ...result, folder: keep ? folder : undefined };
  } finally {
    for (const step of undo.reverse()) step();
    await Promise.all(children.map((child) => child.kill()));
    if (!keep) rmSync(folder, { recursive: true });
  }
}

async function runIn(
  folder: string,
  { store: kind, seconds, seed }: RunOptions,
  issuer: Issuer,
  children: Child[],
  undo: (() => void)[],
): Promise<Omit<RunResult, "folder">> {
  const random = randomNumbers(seed + 1);
  const started = (child: Child) => void children.push(child);
  const store = await startStore(kind, folder, started);
  const ports: number[] = [];
  const instances: Child[] = [];
  for (let i = 0; i < store.instances; i += 1) {
    const port = await freePort();
    const env = { APP_URL: issuer.url, ...store.env };
    const child = startInstance(`instance-${i + 1}`, port, folder, env);
    started(child);
    ports.push(port);
    instances.push(child);
  }
  await Promise.all(instances.map((child) => child.start()));
  const proxy = await startProxy(ports, random);
  undo.push(() => proxy.stop());
  const clients = await openClients(proxy, issuer);
  undo.push(() => clients.forEach((client) => client.close()));
  const load = startLoad(clients, random);
  undo.push(load);
  const nameOf = ({ name }: Child) => name;
  const faults = plan(seed, seconds, {
    instances: instances.map(nameOf),
    stores: store.nodes.map(nameOf),
  });
  const byName = new Map(children.map((child) => [child.name, child]));
  const system = {
    ...{ children: byName, ports, clients, proxy, issuer, random },
    store,
  };
  const injected = await inject(faults, system);
  load();
  const port = ports[0] ?? 0;
  await settle(clients, async () => {
    const newest = await ofEachRoom(
      clients,
      async (room) => [room, await newestOffset(port, issuer, room)] as const,
    );
    return new Map(newest);
  });
  clients.forEach((client) => client.close());
  // Read only now: what a client showed a moment ago must be in it.
  const rooms = await ofEachRoom(
    clients,
    (room) => readLog(port, issuer, room),
  );
  const records = clients.map(({ record }) => record);
  const verdict = check({ clients: records, rooms });
  return {
    injected,
    verdict,
    identified: sum(clients.map(({ identified }) => identified)),
    replaced: sum(clients.map(({ replaced }) => replaced)),
    waiting: sum(clients.map(({ waiting }) => waiting)),
    troubles: [
      ...children.flatMap(({ troubles }) => troubles),
      ...clients.flatMap(({ refused }) =>
        refused ? `A client was refused: ${refused}` : []
      ),
    ],
  };
}

const sum = (numbers: number[]) => numbers.reduce((a, b) => a + b, 0);

function startInstance(
  name: string,
  port: number,
  folder: string,
  env: Record<string, string>,
): Child {
  return new Child({
    name,
    command: [process.execPath, join(import.meta.dir, "../main.ts")],
    env: { WS_PORT: `${port}`, DATA_DIR: join(folder, "data"), ...env },
    output: join(folder, `${name}.log`),
    ready: () =>
      fetch(`http://127.0.0.1:${port}/healthz`, {
        signal: AbortSignal.timeout(1_000),
      }).then(({ ok }) => ok, () => false),
  });
}

async function openClients(
  proxy: Proxy,
  issuer: Issuer,
): Promise<RecordingClient[]> {
  const product = await loadProduct();
  const clients = Array.from({ length: CLIENTS }, (_, i) => {
    const room = `room-${i % ROOMS}`;
    return new RecordingClient(`u${i}`, room, proxy.port, product, issuer);
  });
  await Promise.all(clients.map((client) => client.open()));
  return clients;
}

function ofEachRoom<T>(
  clients: RecordingClient[],
  work: (room: string) => Promise<T>,
): Promise<T[]> {
  const rooms = new Set(clients.map(({ record }) => record.room));
  return Promise.all([...rooms].map(work));
}
