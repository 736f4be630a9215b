import { afterAll, beforeAll, expect, test } from "bun:test";
import { Redis } from "ioredis";
import type { Logger } from "../../../operations/logger.ts";
import { termsOf } from "../../../text/terms.ts";
import { messageEntry } from "../../making.ts";
import type { RoomLog } from "../../log.ts";
import type { SearchQuery } from "../../search.ts";
import {
  draft,
  Recorder,
  settled,
  type TestRedis,
  until,
} from "../../testing.ts";
import { amend, openRedis, withEngine } from "../../testing-stores.ts";
import { marksOf } from "./documents.ts";
import { INDEX, ROOMS } from "./engine.ts";

const WITHOUT = ["-ft.search", "-ft.create", "-ft.info", "-ft.add", "-ft.del"];

withEngine("the index of a search engine", (start) => {
  let redis: TestRedis, raw: Redis;
  beforeAll(async () => {
    redis = await start();
    raw = new Redis(redis.url);
    // It is killed once.
    raw.on("error", () => {});
  });
  afterAll(async () => {
    raw.disconnect();
    await redis.stop();
  });

  const logged: string[] = [];
  const logger: Logger = (_level, event) => void logged.push(event);
  const open = () => openRedis([redis.url], new Recorder(), logger);

  const ask = (
    log: RoomLog,
    words: string,
    rooms: string[],
    more: Partial<SearchQuery> = {},
  ) =>
    log.search({
      ...{ rooms, terms: termsOf(words), has: [], order: "newest", limit: 20 },
      budget: 60_000,
      ...more,
    });
  const idsOf = async (...call: Parameters<typeof ask>) =>
    (await ask(...call)).messages.map(({ clientId }) => clientId);

  /** How many messages the engine itself has of a room. */
  async function countOf(room: string): Promise<number> {
    const message = { content: "", sender: { id: "nobody" } };
    const [mark] = marksOf(room, message as Parameters<typeof marksOf>[1]);
    const reply = await raw.call(
      "FT.SEARCH",
      INDEX,
      `@w:{${mark}}`,
      "NOCONTENT",
    );
    return (reply as number[])[0]!;
  }

  /** What Redis holds besides the logs of rooms, with its dump, as one text. */
  async function kept(): Promise<string> {
    const all: string[] = [];
    for (const key of await raw.keys("*")) {
      if (key.startsWith("chatsphere:{")) continue;
      const type = await raw.type(key);
      const values = type === "hash" ? await raw.hgetall(key) : "";
      const dump = /^(hash|string)$/.test(type)
        ? (await raw.dumpBuffer(key)).toString("latin1")
        : "";
      all.push(key, type, JSON.stringify(values), dump);
    }
    return all.join("\n");
  }

  const sayAt = (
    log: RoomLog,
    roomId: string,
    n: number,
    content: string,
  ) =>
    log.append(messageEntry({
      ...{ roomId, clientId: `c${n}`, sender: { id: "ann", name: "ann" } },
      timestamp: Date.UTC(2026, 0, 1) + n * 60_000,
    }, { content }));

  test("an older log is found at once, and put into the index", async () => {
    await raw.call("ACL", "SETUSER", "default", ...WITHOUT);
    const before = await open();
    for (let i = 1; i <= 300; i += 1) {
      await sayAt(before, i % 2 === 0 ? "old" : "older", i, `ancient word${i}`);
    }
    await amend(before, "old", "c8", { kind: "e", content: "renewed" });
    await settled(before);
    expect(logged).toEqual(["redis-search-failed"]);
    expect(await idsOf(before, "word7", ["old", "older"])).toEqual([
      ...["c79", "c78", "c77", "c76", "c75", "c74", "c73", "c72"],
      ...["c71", "c70", "c7"],
    ]);
    await before.close();
    await raw.call("ACL", "SETUSER", "default", "+@all");
    const log = await open();
    expect(await idsOf(log, "renewed", ["old", "older"])).toEqual(["c8"]);
    await settled(log);
    expect(await countOf("old")).toBe(150);
    expect(await idsOf(log, "renewed", ["old", "older"])).toEqual(["c8"]);
    expect(await idsOf(log, "word299", ["old", "older"])).toEqual(["c299"]);
    await log.close();
  }, 60_000);

  test(
    "pages of many rooms give each message once, in the order of time",
    async () => {
      const log = await open();
      await settled(log);
      const found: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await ask(log, "ancient", ["old", "older", "none"], {
          ...{ cursor, limit: 7, budget: 0, least: 0 },
        });
        expect(page).not.toHaveProperty("reached");
        found.push(...page.messages.map(({ clientId }) => clientId));
        cursor = page.next ?? undefined;
      } while (cursor !== undefined);
      const all = Array.from({ length: 300 }, (_, i) => `c${300 - i}`);
      expect(found).toEqual(all.filter((id) => id !== "c8"));
      await log.close();
    },
    60_000,
  );

  test("has marks, and no words; what was deleted leaves it", async () => {
    const log = await open();
    await log.append(draft("r", "s1", "qzsecret once"));
    await log.append(draft("r", "s2", "qzsecret twice"));
    await log.append(draft("ended", "c1", "qzfarewell"));
    await log.append(draft("old2", "c1", "qzbygone"));
    await log.append(draft("old2", "c2", "newer"));
    await settled(log);
    expect([await countOf("r"), await countOf("ended")]).toEqual([2, 1]);
    await amend(log, "r", "s2", { kind: "e", content: "qzedited" });
    await settled(log);
    expect(await idsOf(log, "qzedited", ["r"])).toEqual(["s2"]);
    expect(await kept()).not.toMatch(/qz/);
    await amend(log, "r", "s1", { kind: "d" });
    await amend(log, "r", "s2", { kind: "d" });
    await log.deleteRoom("ended");
    await log.trim(1_001);
    await settled(log);
    const counts = ["r", "ended", "old2"].map(countOf);
    expect(await Promise.all(counts)).toEqual([0, 0, 1]);
    expect(await raw.hexists(ROOMS, "ended")).toBe(0);
    expect(await kept()).not.toMatch(/qz/);
    await log.close();
  }, 60_000);

  test("two instances share it, whoever writes", async () => {
    const [one, two] = await Promise.all([open(), open()]);
    for (let i = 1; i <= 40; i += 1) {
      await sayAt(i % 2 === 0 ? one : two, "both", i, `shared number${i}`);
    }
    await Promise.all([settled(one), settled(two)]);
    expect(await countOf("both")).toBe(40);
    for (const [log, n] of [[one, 38], [two, 39]] as const) {
      const id = `c${n}`;
      expect(await idsOf(log, `shared number${n}`, ["both"])).toEqual([id]);
      await amend(log, "both", id, { kind: "e", content: `shared other${n}` });
      expect(await idsOf(two, `other${n}`, ["both"])).toEqual([id]);
      expect(await idsOf(one, `number${n}`, ["both"])).toEqual([]);
    }
    await Promise.all([one.close(), two.close()]);
  }, 60_000);

  test("what a killed instance left is put in by the next", async () => {
    const log = await open();
    await settled(log);
    await sayAt(log, "killed", 1, "left behind");
    // Before half a second is over.
    await log.close();
    expect(await raw.hexists(ROOMS, "killed")).toBe(0);
    const next = await open();
    await settled(next);
    expect(await countOf("killed")).toBe(1);
    await next.close();
  }, 60_000);

  test("it outlives the server's end, and is as far as the log", async () => {
    await redis.kill();
    await redis.start();
    const log = await open();
    await settled(log);
    expect(await countOf("old")).toBe(150);
    expect(await idsOf(log, "word299", ["old", "older"])).toEqual(["c299"]);
    await log.close();
  }, 60_000);

  test(
    "without it searches go on, messages are taken, and it is made anew",
    async () => {
      logged.length = 0;
      const log = await open();
      await settled(log);
      await raw.call("FT.DROP", INDEX);
      expect(await idsOf(log, "word299", ["old", "older"])).toEqual(["c299"]);
      await sayAt(log, "late", 1, "sent without an index");
      expect(await idsOf(log, "without", ["late"])).toEqual(["c1"]);
      await raw.call("ACL", "SETUSER", "default", ...WITHOUT);
      expect(await idsOf(log, "without", ["late"])).toEqual(["c1"]);
      expect(logged.filter((event) => event === "redis-search-failed"))
        .toHaveLength(1);
      await raw.call("ACL", "SETUSER", "default", "+@all");
      // A new connection may be to another server: it is looked for an engine again.
      logged.length = 0;
      await raw.call("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
      await until(() => logged.includes("redis-search-engine"));
      await settled(log);
      expect(await countOf("late")).toBe(1);
      expect(await countOf("old")).toBe(150);
      expect(await idsOf(log, "word299", ["old", "older"])).toEqual(["c299"]);
      await log.close();
    },
    60_000,
  );

  test("an index of another version is made anew", async () => {
    await raw.set(`${INDEX}:version`, "another");
    await raw.call(
      ...["FT.ADD", INDEX, "9:stale", "1", "NOSAVE", "FIELDS"] as const,
      ...["w", "wstale", "n", "1"],
    );
    const log = await open();
    await settled(log);
    const reply = await raw.call(
      "FT.SEARCH",
      INDEX,
      "@w:{wstale}",
      "NOCONTENT",
    );
    expect(reply).toEqual([0]);
    expect(await countOf("old")).toBe(150);
    await log.close();
  }, 60_000);

  test(
    "whatever anybody types is found as it is, and is no query",
    async () => {
      logged.length = 0;
      const log = await open();
      const hostile = [
        ...["@w:{x}", "-x", "~x", "a*", "%%x%%", "x|y", "(x", "x)", "'", "\\"],
        ...[
          "=>[KNN 5 @v $b]",
          "@n:[0 inf]",
          "inf",
          "{",
          "}",
          "$",
          "x:y",
          "[",
          "]",
        ],
      ];
      for (const [i, text] of hostile.entries()) {
        await sayAt(log, "hostile", i, `zz ${text} zz`);
      }
      await sayAt(log, "hostile", 90, "字".repeat(4_000));
      await sayAt(
        ...[log, "hostile", 91] as const,
        Array.from({ length: 1_000 }, (_, i) => (i + 36).toString(36) + "k")
          .join(" ").slice(0, 4_000),
      );
      await settled(log);
      for (const [i, text] of hostile.entries()) {
        const found = await idsOf(log, text, ["hostile"], { limit: 100 });
        expect([text, found.includes(`c${i}`)]).toEqual([text, true]);
      }
      const many = Array.from({ length: 60 }, (_, i) => (i + 36).toString(36));
      expect(await idsOf(log, many.join(" "), ["hostile"])).toEqual(["c91"]);
      expect(await idsOf(log, "字".repeat(200), ["hostile"])).toEqual(["c90"]);
      for (const words of ["1", "k", "字", '"'.repeat(200), "*".repeat(200)]) {
        await ask(log, words, ["hostile", "old", "older"]);
      }
      expect(logged).not.toContain("redis-search-failed");
      await log.close();
    },
    60_000,
  );
});
