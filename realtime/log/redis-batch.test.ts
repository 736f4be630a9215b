import { afterAll, beforeAll, expect, test } from "bun:test";
import { Redis } from "ioredis";
import { RedisLog } from "./redis.ts";
import { roomKey } from "./redis-batch.ts";
import { draft, Recorder, startRedis, type TestRedis } from "./testing.ts";

let redis: TestRedis, raw: Redis, log: RedisLog;

beforeAll(async () => {
  redis = await startRedis();
  raw = new Redis(redis.url);
  log = new RedisLog([redis.url], new Recorder(), () => {});
  await log.start();
});
afterAll(async () => {
  await log.close();
  raw.disconnect();
  await redis.stop();
});

test("finds a clientId without searching a list, from a room's first message on", async () => {
  await log.append(draft("young", "one"));
  const encoding = await raw.object("ENCODING", roomKey("young", "meta"));
  expect(encoding).toBe("hashtable");
});

test("appends to many rooms at once, each with its own offsets and repeats", async () => {
  const rooms = Array.from({ length: 300 }, (_, i) => `many-${i}`);
  const first = await Promise.all(
    rooms.map((room) => log.append(draft(room, "one"))),
  );
  expect(first.map(({ offset }) => offset)).toEqual(rooms.map(() => 1));
  const entries = rooms.map((room) => draft(room, "two"));
  const again = [...entries, ...entries].map((entry) => log.append(entry));
  const done = await Promise.all(again);
  expect(done.map(({ offset }) => offset)).toEqual(done.map(() => 2));
  expect(done.map(({ repeated }) => repeated))
    .toEqual([...rooms.map(() => false), ...rooms.map(() => true)]);
});
