import { Database } from "bun:sqlite";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { Redis } from "ioredis";
import { freePort } from "../log/testing.ts";
import { Child } from "./child.ts";

/** Where the log of a run lives. */
export type StoreKind = "redis" | "cluster" | "sqlite";

/** A running store. */
export interface Store {
  nodes: Child[];
  /** What an instance needs to use it. */
  env: Record<string, string>;
  instances: number;
  /** Makes it refuse to write, in one of the ways it can; returns what ends that. */
  refuse(random: () => number): Promise<() => Promise<void>>;
}

/**
 * Milliseconds for which the log may stay locked: an instance that is frozen in the middle of a
 * commit, as happens where syncing is slow, holds its lock until it goes on.
 */
const FROZEN = 30_000;
/** How many hash slots a Redis Cluster has. */
const SLOTS = 16_384;

/** Starts the servers of a store with their data in `folder`; SQLite has none. */
export async function startStore(
  kind: StoreKind,
  folder: string,
  started: (child: Child) => void,
): Promise<Store> {
  if (kind === "sqlite") {
    const env = { REDIS_URL: "" };
    return { nodes: [], env, instances: 1, refuse: () => lock(folder) };
  }
  const ports: number[] = [];
  while (ports.length < (kind === "cluster" ? 3 : 1)) {
    const port = await freePort();
    // The nodes of a cluster talk to each other on a port 10,000 higher.
    if (port < 55_000 && !ports.includes(port)) ports.push(port);
  }
  const nodes = ports.map((port, i) => {
    const cluster = kind === "cluster";
    const name = cluster ? `redis-${i + 1}` : "redis";
    const node = redisNode(name, port, folder, cluster);
    started(node);
    return node;
  });
  await Promise.all(nodes.map((node) => node.start()));
  if (kind === "cluster") await joinCluster(ports);
  const urls = ports.map((port) => `redis://127.0.0.1:${port}`);
  return {
    nodes,
    env: { REDIS_URL: urls.join(",") },
    instances: 2,
    refuse: (random) => misconfigure(ports, random() < 0.5),
  };
}

/** Holds the write lock of the SQLite log, as a backup or a slow disk does. */
async function lock(folder: string): Promise<() => Promise<void>> {
  const db = new Database(join(folder, "data", "rooms.sqlite"), {
    readwrite: true,
  });
  try {
    const until = performance.now() + FROZEN;
    while (!db.inTransaction) {
      try {
        db.run("BEGIN IMMEDIATE");
      } catch (error) {
        if (performance.now() > until) throw error;
        await Bun.sleep(5);
      }
    }
  } catch (error) {
    db.close();
    throw error;
  }
  return () => {
    db.run("ROLLBACK");
    db.close();
    return Promise.resolve();
  };
}

/** Leaves Redis no memory to write with, or asks for a replica that there is not. */
async function misconfigure(ports: number[], full: boolean) {
  const [name, on, off] = full
    ? ["maxmemory", "1", "0"]
    : ["min-replicas-to-write", "1", "0"];
  // A node that is down comes back without the setting.
  const set = (value: string) =>
    Promise.allSettled(
      ports.map((port) =>
        withRedis(port, (redis) => redis.call("CONFIG", "SET", name, value))
      ),
    );
  await set(on);
  return async () => {
    // One that is frozen takes it when it goes on.
    for (let i = 0; i < 20; i += 1) {
      const done = await set(off);
      if (done.every(({ status }) => status === "fulfilled")) return;
      await Bun.sleep(500);
    }
  };
}

function redisNode(
  name: string,
  port: number,
  folder: string,
  cluster: boolean,
): Child {
  const dir = join(folder, name);
  mkdirSync(dir);
  const options = {
    port,
    dir,
    bind: "127.0.0.1",
    save: "",
    appendonly: "yes",
    // With everysec, a Redis that is killed while it syncs loses what it held back.
    appendfsync: "always",
    ...(cluster
      ? {
        "cluster-enabled": "yes",
        "cluster-node-timeout": "2000",
        "cluster-require-full-coverage": "no",
      }
      : {}),
  };
  const settings = Object.entries(options)
    .flatMap(([key, value]) => [`--${key}`, `${value}`]);
  return new Child({
    name,
    command: ["redis-server", ...settings],
    output: join(folder, `${name}.log`),
    ready: () =>
      withRedis(port, (redis) => redis.ping()).then(() => true, () => false),
  });
}

async function withRedis<T>(
  port: number,
  work: (redis: Redis) => Promise<T>,
): Promise<T> {
  const redis = new Redis(port, "127.0.0.1", {
    retryStrategy: null,
    maxRetriesPerRequest: 0,
    commandTimeout: 1_000,
  });
  // A refused connection fails the command too.
  redis.on("error", () => {});
  try {
    return await work(redis);
  } finally {
    redis.disconnect();
  }
}

/** Makes one cluster of three masters, each with a third of the slots. */
async function joinCluster(ports: number[]): Promise<void> {
  for (const [i, port] of ports.entries()) {
    const from = Math.floor((SLOTS * i) / ports.length);
    const to = Math.floor((SLOTS * (i + 1)) / ports.length) - 1;
    await withRedis(port, async (redis) => {
      await redis.call("CLUSTER", "ADDSLOTSRANGE", from, to);
      for (const other of ports) {
        await redis.call("CLUSTER", "MEET", "127.0.0.1", other);
      }
    });
  }
  for (let i = 0; i < 200; i += 1) {
    const infos = await Promise.all(
      ports.map((port) =>
        withRedis(port, (redis) => redis.call("CLUSTER", "INFO"))
      ),
    );
    const whole = infos.every((info) =>
      String(info).includes(`cluster_slots_ok:${SLOTS}`) &&
      String(info).includes(`cluster_known_nodes:${ports.length}`)
    );
    if (whole) return;
    await Bun.sleep(100);
  }
  throw new Error("The Redis Cluster did not come together.");
}
