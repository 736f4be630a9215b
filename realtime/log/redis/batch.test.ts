import { afterAll, beforeAll, expect, test } from "bun:test";
import { Redis } from "ioredis";
import { entryOrigin } from "../lines.ts";
import { StoreError } from "../log.ts";
import { amendmentEntry } from "../making.ts";
import { RedisLog } from "./log.ts";
import { roomKey } from "./keys.ts";
import {
  draft,
  Recorder,
  startRedis,
  type TestRedis,
  version1Line,
} from "../testing.ts";

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

test("reads, repeats, deletes and trims what earlier versions wrote", async () => {
  const fields = ["one", "two", "three"].flatMap((id) => [
    "m",
    version1Line(draft("old", id)),
  ]);
  await raw.xadd(roomKey("old", "log"), "3-7", ...fields);
  const marks = { "ann one": 1, "ann two": 2, "ann three": 3 };
  await raw.hset(roomKey("old", "meta"), { epoch: 7, offset: 3, ...marks });
  const clientIds = async () => {
    const { entries } = await log.read("old", 0, 10);
    return entries.map((entry) => entryOrigin(entry).clientId);
  };
  expect(await clientIds()).toEqual(["one", "two", "three"]);
  const again = await log.append(draft("old", "two"));
  expect(again).toEqual({
    ...{ epoch: "7", offset: 2 },
    ...{ timestamp: 1_000, repeated: true },
  });
  const { offset } = await log.append(draft("old", "four"));
  expect(offset).toBe(4);
  const message = await log.find("old", "7-2");
  if (!message) throw new Error("It should be there.");
  const { sender } = message;
  const origin = { roomId: "old", clientId: "gone", sender, timestamp: 2_000 };
  await log.append(amendmentEntry(origin, message, { kind: "d" }));
  const ids = ["one", "two", "three", "four", "gone"];
  expect(await clientIds()).toEqual(ids);
  const { entries } = await log.read("old", 0, 10);
  const texts = entries.map(({ parts }) => parts.includes("Text of"));
  expect(texts).toEqual([true, false, true, true, false]);
  await log.trim(1_500);
  expect(await clientIds()).toEqual(["gone"]);
});

test("nobody is told of an epoch that could not be written", async () => {
  await raw.config("SET", "min-replicas-to-write", "1");
  await expect(log.read("unwritten", 0, 9)).rejects.toThrow(StoreError);
  await raw.config("SET", "min-replicas-to-write", "0");
  const { epoch } = await log.read("unwritten", 0, 9);
  expect(await log.append(draft("unwritten", "c1")))
    .toMatchObject({ epoch, offset: 1 });
});
