import { Database } from "bun:sqlite";
import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import { restore } from "../operations/backup.ts";
import { entryId, type Kind, type Written } from "./entry.ts";
import { readLine } from "./lines.ts";
import type { RoomLog } from "./log.ts";
import { amendmentEntry, messageEntry } from "./making.ts";
import { roomKey } from "./redis/keys.ts";
import { SqliteLog } from "./sqlite/log.ts";
import {
  Recorder,
  startRedis,
  type TestRedis,
  version1Line,
} from "./testing.ts";
import { openRedis } from "./testing-stores.ts";

// What an earlier version has on its disk: a log of today is filled, closed, and written back into
// the lines of before. The archives of web/e2e/earlier were made by such versions themselves.

const LONE = 'half of a pair \ud83d, "quoted" \\ and \\ud83d written out';
const ANN = { id: "a/nn", name: 'Ann "A/B" Ångström' };
const BEN = { id: "ben", name: "Ben" };

const origin = (clientId: string, sender = ANN) => ({
  ...{ roomId: "old", clientId, sender, timestamp: 1_000 },
});

/** Deletes the message at an offset. */
async function remove(log: RoomLog, offset: number) {
  const { epoch } = await log.read("old", 0, 1);
  const target = { id: entryId(epoch, offset), offset };
  const from = { ...origin(`gone-${offset}`), timestamp: 2_000 };
  await log.append(amendmentEntry(from, target, { kind: "d" }));
}

async function fill(log: RoomLog): Promise<void> {
  const say = (clientId: string, content: string, clip?: string, by = ANN) => {
    const voice = clip === undefined ? undefined : { clip };
    return log.append(messageEntry(origin(clientId, by), { content, voice }));
  };
  const { epoch } = await say("c1", "First");
  await Promise.all([
    say("c2", "Secret one", "clip-2"),
    say("c3", LONE, undefined, BEN),
    say("c4", "Fourth", "clip-4", BEN),
    say("c5", "Already gone", "clip-5"),
  ]);
  const target = { id: entryId(epoch, 2), offset: 2 };
  const edit = { kind: "e", content: `Secret two, ${LONE}` } as const;
  await log.append(amendmentEntry(origin("edit"), target, edit));
  await remove(log, 5);
  await log.taken(await log.leftovers());
}

/** Calls a person "Gone" in all of a log. */
async function rename(log: RoomLog, id: string): Promise<void> {
  for (let after: string | undefined = ""; after !== undefined;) {
    ({ after } = await log.rename(id, "Gone", after || undefined));
  }
}

/** What must be so of such a log, whichever store it is in. */
async function check(log: RoomLog): Promise<void> {
  const page = async () => (await log.page("old", { limit: 9 })).messages;
  const before = await page();
  expect(before).toMatchObject([
    { clientId: "c1", content: "First", sender: ANN },
    { content: `Secret two, ${LONE}`, voice: { clip: "clip-2" } },
    { content: LONE, sender: BEN },
    { content: "Fourth", voice: { clip: "clip-4" } },
    { content: "", deletedAt: 2_000 },
  ]);
  expect(before[4]?.voice).toBeUndefined();
  const { old: ofAnn } = await log.summaries(ANN.id, ["old"]);
  expect(ofAnn).toMatchObject({ unread: 2 });
  const { old: ofBen } = await log.summaries("ben", ["old"]);
  expect(ofBen).toMatchObject({ unread: 2 });
  const again = messageEntry(origin("c3", BEN), { content: "Again" });
  expect(await log.append(again)).toMatchObject({ offset: 3, repeated: true });

  await rename(log, "ben");
  const gone = { id: "ben", name: "Gone" };
  expect(await page()).toEqual(
    before.map(({ voice, ...it }) =>
      it.sender.id === "ben"
        ? { ...it, sender: gone }
        : voice
        ? { ...it, voice }
        : it
    ),
  );

  await remove(log, 2);
  await remove(log, 3);
  expect(await page()).toMatchObject([
    { content: "First", sender: ANN },
    { clientId: "c2", content: "", deletedAt: 2_000, sender: ANN },
    { clientId: "c3", content: "", deletedAt: 2_000, sender: gone },
    { content: "Fourth", sender: gone },
    { content: "", deletedAt: 2_000 },
  ]);
  const { entries } = await log.read("old", 0, 20);
  expect(entries.map(({ offset }) => offset)).toEqual(
    entries.map((_, i) => i + 1),
  );
  expect(JSON.stringify(entries)).not.toContain("Secret");
  const left = await log.leftovers();
  expect(left.flatMap(({ attached }) => attached)).toEqual([
    { kind: "clip", id: "clip-2", owner: ANN.id },
  ]);
  const next = messageEntry(origin("c6"), { content: "Next" });
  expect(await log.append(next)).toMatchObject({ repeated: false });
  await rename(log, ANN.id);
  const { messages } = await log.page("old", { limit: 9 });
  expect(messages.map(({ sender }) => sender.name)).toEqual(
    messages.map(() => "Gone"),
  );
  await log.trim(3_000);
  const ids = (await log.leftovers()).flatMap(({ attached }) => attached);
  expect(ids.map(({ id }) => id).sort()).toEqual(["clip-2"]);
}

/** A line as it was before. */
const back = (kind: string, line: string): string =>
  line.split("\n").map((it, i) =>
    version1Line(readLine((kind[i] ?? kind) as Kind, it))
  ).join("\n");

let redis: TestRedis;
const folder = mkdtempSync(join(tmpdir(), "version1-"));
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(async () => {
  await redis.stop();
  rmSync(folder, { recursive: true });
});

test("SQLite reads, renames, deletes and trims what earlier versions wrote", async () => {
  const first = new SqliteLog(folder, new Recorder());
  await fill(first);
  await first.close();
  const db = new Database(join(folder, "rooms.sqlite"));
  const rows = db.query<{ id: number; kind: string; body: string }, []>(
    "SELECT id, kind, body FROM entries",
  ).all();
  for (const { id, kind, body } of rows) {
    db.run("UPDATE entries SET body = ? WHERE id = ?", [back(kind, body), id]);
  }
  db.run("DROP TABLE leftovers");
  db.run("PRAGMA user_version = 1");
  db.close();
  const log = new SqliteLog(folder, new Recorder());
  await check(log);
  await log.close();
});

/** Writes the room `old` as an earlier version would have. */
async function turnBack(raw: Redis): Promise<void> {
  const [log, erased] = [roomKey("old", "log"), roomKey("old", "erased")];
  const places = await raw.xrange(log, "-", "+");
  await raw.del(log);
  for (const [id, [kinds = "", lines = ""]] of places) {
    await raw.xadd(log, id, kinds, back(kinds, lines));
  }
  for (const moved of await raw.zrange(erased, "0", "-1")) {
    const [, start = "", kind = "", line = ""] =
      /^(\S+ )(.)([^]*)$/.exec(moved) ?? [];
    await raw.zrem(erased, moved);
    await raw.zadd(
      erased,
      `${`${parseInt(moved)}`}`,
      start + kind + back(kind, line),
    );
  }
}

test("Redis reads, renames, deletes and trims what earlier versions wrote", async () => {
  const log = await openRedis([redis.url], new Recorder());
  await fill(log);
  const raw = new Redis(redis.url);
  await turnBack(raw);
  await check(log);
  await log.close();
  raw.disconnect();
});

test("a backup of an earlier version comes back", async () => {
  const log = new SqliteLog(join(folder, "restored"), new Recorder());
  const written: Written[] = [
    messageEntry(origin("c1"), { content: LONE, voice: { clip: "clip-1" } }),
    messageEntry(origin("c2"), { content: "Second" }),
  ];
  const entries = written.map((entry, i) => ({
    ...{ epoch: "5", offset: i + 1, kind: entry.kind },
    body: version1Line(entry),
  }));
  async function* lines() {
    yield JSON.stringify({ format: "chatsphere-rooms", version: 1 });
    yield JSON.stringify({ roomId: "old", entries, reads: {} });
    yield JSON.stringify({ rooms: 1 });
  }
  expect(await restore(log, lines())).toBe(1);
  expect((await log.page("old", { limit: 9 })).messages).toMatchObject([
    { content: LONE, voice: { clip: "clip-1" } },
    { content: "Second" },
  ]);
  await log.close();
});
