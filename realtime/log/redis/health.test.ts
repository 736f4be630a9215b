import { expect, test } from "bun:test";
import { judgeRedis, UnsafeRedisError } from "./health.ts";
import { Redis } from "ioredis";
import { Recorder } from "../testing.ts";
import { startCluster } from "../testing-cluster.ts";
import { openRedis } from "../testing-stores.ts";

const info = (fields: Record<string, string>) =>
  Object.entries({
    redis_version: "7.0.15",
    aof_enabled: "1",
    maxmemory_policy: "noeviction",
    ...fields,
  }).map((field) => field.join(":")).join("\r\n");

test("takes a Redis that keeps what it is given", () => {
  expect(judgeRedis(info({}))).toEqual([]);
});

test("warns of one that keeps no append-only file", () => {
  expect(judgeRedis(info({ aof_enabled: "0" }))[0]).toContain("appendonly");
});

test("refuses one that evicts, or is too old", () => {
  const evicting = info({ maxmemory_policy: "allkeys-lru" });
  expect(() => judgeRedis(evicting)).toThrow(UnsafeRedisError);
  expect(() => judgeRedis(evicting)).toThrow("noeviction");
  expect(() => judgeRedis(info({ redis_version: "6.2.1" }))).toThrow("6.2.1");
});

test("refuses a cluster of which one node evicts", async () => {
  const cluster = await startCluster();
  const last = new Redis(cluster.urls[2] ?? "");
  await last.config("SET", "maxmemory-policy", "allkeys-lru");
  const opening = openRedis(cluster.urls, new Recorder());
  await expect(opening).rejects.toThrow(UnsafeRedisError);
  last.disconnect();
  await cluster.stop();
}, 20_000);
