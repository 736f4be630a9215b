import { afterAll, beforeAll, describe } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { amendmentEntry, entryId } from "./entry.ts";
import type { Appended, LogListener, RoomLog } from "./log.ts";
import { RedisLog } from "./redis/log.ts";
import { SqliteLog } from "./sqlite/log.ts";
import { draft, startRedis, type TestRedis } from "./testing.ts";
import { startCluster, type TestCluster } from "./testing-cluster.ts";

export type Open = (listener: LogListener) => Promise<RoomLog>;

/** Runs the same tests on every store, each opened as often as they like. */
export function eachStore(what: string, tests: (open: Open) => void): void {
  const folder = mkdtempSync(join(tmpdir(), "log-"));
  let redis: TestRedis, cluster: TestCluster;
  beforeAll(async () => {
    [redis, cluster] = await Promise.all([startRedis(), startCluster()]);
  }, 20_000);
  afterAll(async () => {
    await Promise.all([redis.stop(), cluster.stop()]);
    rmSync(folder, { recursive: true });
  });
  const stores: Record<string, Open> = {
    "sqlite": (listener) => Promise.resolve(new SqliteLog(folder, listener)),
    "redis": (listener) => openRedis([redis.url], listener),
    "redis cluster": (listener) => openRedis(cluster.urls, listener),
  };
  for (const [store, open] of Object.entries(stores)) {
    describe(`the ${store} ${what}`, () => tests(open));
  }
}

/** Opens the log of a Redis or a cluster. */
export async function openRedis(urls: string[], listener: LogListener) {
  const log = new RedisLog(urls, listener, () => {});
  await log.start();
  return log;
}

/** Amends the message a clientId of Ann's made, as a person. */
export async function amend(
  log: RoomLog,
  room: string,
  target: string,
  change: Parameters<typeof amendmentEntry>[2],
  sender = "ann",
): Promise<Appended> {
  const { epoch, offset } = await log.append(draft(room, target));
  const message = await log.find(room, entryId(epoch, offset));
  if (!message) throw new Error("no such message");
  const clientId = `${target}-${change.kind}-${crypto.randomUUID()}`;
  const from = { id: sender, name: sender };
  const origin = { roomId: room, clientId, sender: from, timestamp: 2_000 };
  return log.append(amendmentEntry(origin, message, change));
}
