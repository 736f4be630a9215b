/**
 * What the index of searches costs while messages come: `bun bench/indexing.ts [rounds] [redis]`
 * (5), in SQLite, or in Redis with Debian's search engine and without, its CPU included. The same
 * messages are written with an index and without one by turns, 256 under way at once, and it is
 * compared how many are acknowledged in a second, and what the process uses for each.
 */
import { Database } from "bun:sqlite";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import type { RoomLog } from "../log/log.ts";
import { messageEntry } from "../log/making.ts";
import { RedisLog } from "../log/redis/log.ts";
import { SqliteLog } from "../log/sqlite/log.ts";
import { Recorder, startRedis } from "../log/testing.ts";
import { MODULE } from "../log/testing-stores.ts";
import { ownCpu } from "./corpus.ts";
import { median } from "./stats.ts";

const ROUNDS = Number(process.argv[2] ?? 5);
const COUNT = 100_000, AT_ONCE = 256, ROOMS = 200, PEOPLE = 500;

const sentence = (n: number) =>
  Array.from(
    { length: 4 + n % 13 },
    (_, i) => (n * 31 + i * i * 7919 + 7).toString(36).slice(-4),
  ).join(" ");

interface Round {
  /** Acknowledged in a second. */
  rate: number;
  /** Microseconds of CPU for each until all were acknowledged, and until all are in the index. */
  writing: number;
  whole: number;
}

/** Has the index believe that it has every row there will be. */
function withoutIndex(folder: string): void {
  const db = new Database(join(folder, "rooms.sqlite"));
  db.run("UPDATE search_state SET row = 9007199254740991");
  db.close();
}

/** A log of its own, with an index or without. */
interface Opened {
  log: RoomLog & { readonly isIndexing: boolean };
  /** Microseconds of CPU that were used until now. */
  used(): Promise<number>;
  close(): Promise<void>;
}

async function openSqlite(isIndexed: boolean): Promise<Opened> {
  const folder = mkdtempSync(join(tmpdir(), "indexing-bench-"));
  await new SqliteLog(folder, new Recorder()).close();
  if (!isIndexed) withoutIndex(folder);
  const log = new SqliteLog(folder, new Recorder());
  return {
    log,
    used: () => Promise.resolve(ownCpu()),
    async close() {
      await log.close();
      rmSync(folder, { recursive: true });
    },
  };
}

async function openRedis(isIndexed: boolean): Promise<Opened> {
  const redis = await startRedis(
    ...(isIndexed ? ["--loadmodule", MODULE] : []),
  );
  const raw = new Redis(redis.url);
  const log = new RedisLog([redis.url], new Recorder(), () => {});
  await log.start();
  return {
    log,
    async used() {
      const info = await raw.info("cpu");
      const of = (name: string) =>
        Number(new RegExp(`${name}:([\\d.]+)`).exec(info)?.[1]);
      return ownCpu() + 1e6 * (of("used_cpu_user") + of("used_cpu_sys"));
    },
    async close() {
      await log.close();
      raw.disconnect();
      await redis.stop();
    },
  };
}

const open = process.argv[3] === "redis" ? openRedis : openSqlite;

async function round(isIndexed: boolean): Promise<Round> {
  const { log, used, close } = await open(isIndexed);
  try {
    while (isIndexed && log.isIndexing) await Bun.sleep(20);
    let next = 0;
    const send = async () => {
      while (next < COUNT) {
        const n = next++;
        const id = `person-${n % PEOPLE}`;
        await log.append(messageEntry({
          roomId: `room-${n % ROOMS}`,
          clientId: `c${n}`,
          sender: { id, name: id },
          timestamp: Date.UTC(2026, 0, 1) + n * 1_000,
        }, { content: sentence(n) }));
      }
    };
    const before = await used(), started = performance.now();
    await Promise.all(Array.from({ length: AT_ONCE }, send));
    const seconds = (performance.now() - started) / 1_000;
    const each = async () => (await used() - before) / COUNT;
    const writing = await each();
    while (isIndexed && log.isIndexing) await Bun.sleep(20);
    return { rate: COUNT / seconds, writing, whole: await each() };
  } finally {
    await close();
  }
}

const withIt: Round[] = [], without: Round[] = [];
for (let i = 0; i <= ROUNDS; i += 1) {
  const pair = [await round(i % 2 === 0), await round(i % 2 !== 0)] as const;
  // The first warms up.
  if (i === 0) continue;
  withIt.push(pair[i % 2]!);
  without.push(pair[1 - i % 2]!);
}
const of = (rounds: Round[], what: keyof Round) =>
  median(rounds.map((it) => it[what]));
const ratios = withIt.map(({ rate }, i) => rate / without[i]!.rate);
console.log(
  `acknowledged a second: ${of(withIt, "rate").toFixed(0)} with the index, ` +
    `${of(without, "rate").toFixed(0)} without, ratio ` +
    `${median(ratios).toFixed(2)} (${Math.min(...ratios).toFixed(2)} to ` +
    `${Math.max(...ratios).toFixed(2)})`,
);
console.log(
  `µs of CPU a message: ${of(withIt, "writing").toFixed(1)} while they come, ` +
    `${of(without, "writing").toFixed(1)} without, and ` +
    `${of(withIt, "whole").toFixed(1)} until all are in the index`,
);
