import { afterAll, beforeAll, expect, test } from "bun:test";
import { Redis } from "ioredis";
import { draft, Recorder, startRedis, type TestRedis } from "../../testing.ts";
import { amend, openRedis, withEngine } from "../../testing-stores.ts";
import { type Client, connect } from "../client.ts";
import { RedisReads } from "../reads.ts";
import { dialectOf, Engine, INDEX, ROOMS } from "./engine.ts";
import { RoomFiller } from "./room-filler.ts";

/** A connection that answers what it is told to, and keeps what it was sent. */
function standIn(answer: (command: string) => unknown) {
  const sent: string[][] = [];
  const call = (...args: string[]) => {
    sent.push(args);
    const reply = answer(args[0]!);
    return reply instanceof Error
      ? Promise.reject(reply)
      : Promise.resolve(reply);
  };
  return { sent, client: { call } as unknown as Client };
}

test("which dialect a server speaks is what commands it knows", async () => {
  const known = (...commands: boolean[]) =>
    dialectOf(standIn(() => commands.map((it) => it ? [] : null)).client);
  expect(await known(false, false, false)).toBeUndefined();
  expect(await known(true, false, true)).toBe(1);
  expect(await known(true, true, true)).toBe(2);
  expect(await known(true, true, false)).toBe(2);
  expect(await known(true, false, false)).toBeUndefined();
});

// https://redis.io/commands/ft.create, ft.search and ft.dropindex, and those of Valkey's module.
test("the dialect of Redis 8, as it is documented", async () => {
  const { sent, client } = standIn((command) =>
    command === "FT.SEARCH"
      ? [3, `${INDEX}:of:7:room:with:colons`, "#1614556800000123"]
      : "OK"
  );
  const engine = new Engine(client, 2);
  await engine.create();
  await engine.drop();
  expect(await engine.search("@w:{wabcde}", 5, 9, 100)).toEqual({
    total: 3,
    found: [{ roomId: "room:with:colons", offset: 7, key: 1614556800000123 }],
  });
  await engine.search("", 0, 9, 100);
  const sorted = ["NOCONTENT", "WITHSORTKEYS", "SORTBY", "n", "DESC"];
  const limit = ["LIMIT", "0", "100"];
  expect(sent).toEqual([
    [
      ...["FT.CREATE", INDEX, "ON", "HASH", "PREFIX", "1", `${INDEX}:of:`],
      ...["SCHEMA", "w", "TAG", "n", "NUMERIC", "SORTABLE"],
    ],
    ["FT.INFO", INDEX],
    ["FT.DROPINDEX", INDEX],
    ["FT.SEARCH", INDEX, "@w:{wabcde} @n:[5 (9]", ...sorted, ...limit],
    ["FT.SEARCH", INDEX, "@n:[0 (9]", ...sorted, ...limit],
  ]);
  expect(engine.put("r", 7, ["wa", "wb"], 12))
    .toEqual(["HSET", `${INDEX}:of:7:r`, "w", "wa,wb", "n", "12"]);
  expect(engine.remove("r", 7)).toEqual(["DEL", `${INDEX}:of:7:r`]);
});

test("no index is told from no right, in the words of each engine", async () => {
  const says = (words: string) =>
    new Engine(standIn(() => new Error(words)).client, 2).hasIndex();
  for (
    const words of [
      ...["Unknown Index name", "chatsphere:words: no such index"],
      "Index with name 'chatsphere:words' not found in database 0",
    ]
  ) expect([words, await says(words)]).toEqual([words, false]);
  expect(says("NOPERM this user has no permissions")).rejects.toThrow("NOPERM");
  const there = new Engine(
    standIn(() => new Error("Index already exists")).client,
    2,
  );
  await there.create();
});

let redis: TestRedis, raw: Redis;
beforeAll(async () => {
  redis = await startRedis();
  raw = new Redis(redis.url);
});
afterAll(async () => {
  raw.disconnect();
  await redis.stop();
});

test(
  "where documents are hashes they come, change and go with the messages",
  async () => {
    const log = await openRedis([redis.url], new Recorder());
    const client = connect([redis.url], () => {});
    const filler = new RoomFiller(
      client,
      new RedisReads(client),
      new Engine(client, 2),
    );
    const fill = async (room: string) => {
      while (await filler.step(room, 8) || !await isDone(room));
    };
    const isDone = async (room: string) => {
      const offset = await raw.hget(`chatsphere:{${room}}:meta`, "offset");
      const text = await raw.hget(ROOMS, room);
      return offset === null ? text === null : text?.split(" ")[2] === offset;
    };
    const documents = async () => (await raw.keys(`${INDEX}:of:*`)).sort();
    for (let i = 1; i <= 30; i += 1) await log.append(draft("r", `c${i}`));
    await fill("r");
    expect(await documents()).toHaveLength(30);
    const first = await raw.hgetall(`${INDEX}:of:1:r`);
    expect(first.n).toMatch(/^\d+$/);
    expect(first.w).toMatch(/^[a-z][0-9a-z]{5}(,[a-z][0-9a-z]{5})+$/);
    await amend(log, "r", "c1", { kind: "e", content: "other words" });
    await amend(log, "r", "c2", { kind: "d" });
    await fill("r");
    expect(await documents()).toHaveLength(29);
    expect(await raw.hget(`${INDEX}:of:1:r`, "w")).not.toBe(first.w!);
    await log.trim(1_001);
    await fill("r");
    expect(await documents()).toHaveLength(0);
    await log.append(draft("r", "again"));
    await fill("r");
    expect(await documents()).toHaveLength(1);
    await log.deleteRoom("r");
    await fill("r");
    expect(await documents()).toEqual([]);
    expect(await raw.exists(ROOMS)).toBe(0);
    // What an index before left is deleted before there is another.
    await raw.hset(`${INDEX}:of:9:gone`, "w", "wzzzzz");
    client.call = (() => Promise.reject(new Error("no such index"))) as never;
    await new Engine(client, 2).drop();
    expect(await documents()).toEqual([]);
    client.disconnect();
    await log.close();
  },
  30_000,
);

withEngine(
  "a search engine whose user has the rights of DEPLOYMENT.md",
  (start) => {
    test("is used", async () => {
      const redis = await start();
      const raw = new Redis(redis.url);
      await raw.call(
        ...["ACL", "SETUSER", "chatsphere", "on", ">secret"] as const,
        ...[
          "~chatsphere:*",
          "&chatsphere:*",
          "+@all",
          "-@admin",
          "-@dangerous",
        ],
        ...["+info", "+cluster"],
      );
      const url = redis.url.replace("//", "//chatsphere:secret@");
      const events: string[] = [];
      const log = await openRedis([url], new Recorder(), (_, event, about) => {
        events.push(`${event} ${JSON.stringify(about)}`);
      });
      await log.append(draft("r", "c1"));
      while (log.isIndexing) await Bun.sleep(20);
      expect(events).toEqual(['redis-search-engine {"dialect":1}']);
      expect(await raw.hexists(ROOMS, "r")).toBe(1);
      await log.close();
      raw.disconnect();
      await redis.stop();
    }, 30_000);
  },
);
