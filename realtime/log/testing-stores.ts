import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import type { Logger } from "../operations/logger.ts";
import { entryId } from "./entry.ts";
import { amendmentEntry } from "./making.ts";
import type { Appended, LogListener, RoomLog } from "./log.ts";
import { RedisLog } from "./redis/log.ts";
import { SqliteLog } from "./sqlite/log.ts";
import { draft, startRedis, type TestRedis } from "./testing.ts";
import { startCluster, type TestCluster } from "./testing-cluster.ts";

export type Open = (listener: LogListener) => Promise<RoomLog>;

/** Everything a store holds now, in files or in keys, as one text. */
export type Contents = () => Promise<string>;

/** Runs the same tests on every store, each opened as often as they like. */
export function eachStore(
  what: string,
  tests: (open: Open, contents: Contents) => void,
): void {
  const folder = mkdtempSync(join(tmpdir(), "log-"));
  let redis: TestRedis, cluster: TestCluster;
  beforeAll(async () => {
    [redis, cluster] = await Promise.all([startRedis(), startCluster()]);
  }, 20_000);
  afterAll(async () => {
    await Promise.all([redis.stop(), cluster.stop()]);
    rmSync(folder, { recursive: true });
  });
  const stores: Record<string, [open: Open, contents: Contents]> = {
    "sqlite": [
      (listener) => Promise.resolve(new SqliteLog(folder, listener)),
      () => Promise.resolve(inFolder(folder)),
    ],
    "redis": [
      (listener) => openRedis([redis.url], listener),
      () => inRedis([redis.url]),
    ],
    "redis cluster": [
      (listener) => openRedis(cluster.urls, listener),
      () => inRedis(cluster.urls),
    ],
  };
  for (const [store, [open, contents]] of Object.entries(stores)) {
    describe(`the ${store} ${what}`, () => tests(open, contents));
  }
}

/** Debian's search engine for Redis, from its package `redis-redisearch`. */
export const MODULE = "/usr/lib/redis/modules/redisearch.so";

/** Runs tests of Redis with a search engine, where this machine has one. */
export function withEngine(
  what: string,
  tests: (start: () => Promise<TestRedis>) => void,
): void {
  if (!existsSync(MODULE)) {
    test.skip(`${what}: there is no ${MODULE}; apt-get install redis-redisearch`, () => {});
    return;
  }
  describe(what, () => tests(() => startRedis("--loadmodule", MODULE)));
}

/** Runs the same tests on Redis with a search engine. */
export function engineStore(
  what: string,
  tests: (open: Open, contents: Contents) => void,
): void {
  withEngine(`the redis ${what} with a search engine`, (start) => {
    let redis: TestRedis;
    beforeAll(async () => {
      redis = await start();
    }, 20_000);
    afterAll(() => redis.stop());
    const events: string[] = [];
    tests(
      (listener) =>
        openRedis([redis.url], listener, (_, event) => {
          events.push(event);
        }),
      () => inRedis([redis.url]),
    );
    test("and the engine was used all the time", () => {
      expect(events).toEqual(["redis-search-engine"]);
    });
  });
}

const inFolder = (folder: string): string =>
  readdirSync(folder)
    .map((name) => readFileSync(join(folder, name), "latin1")).join("\n");

/** How the value of a key is read, by its type. */
const READ: Record<string, [command: string, ...args: string[]]> = {
  string: ["GET"],
  hash: ["HGETALL"],
  set: ["SMEMBERS"],
  zset: ["ZRANGE", "0", "-1"],
  stream: ["XRANGE", "-", "+"],
};

async function inRedis(urls: string[]): Promise<string> {
  const found: unknown[] = [];
  for (const url of urls) {
    const raw = new Redis(url);
    for (const key of await raw.keys("*")) {
      const [command, ...args] = READ[await raw.type(key)] ?? ["TYPE"];
      found.push([key, await raw.call(command, key, ...args)]);
    }
    raw.disconnect();
  }
  return JSON.stringify(found);
}

/** Opens the log of a Redis or a cluster. */
export async function openRedis(
  urls: string[],
  listener: LogListener,
  logger: Logger = () => {},
) {
  const log = new RedisLog(urls, listener, logger);
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
