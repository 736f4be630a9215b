import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { applyAmendments } from "./amending.ts";
import type { Entry } from "./entry.ts";
import { entryFrame } from "./frame-text.ts";
import { messageEntry } from "./making.ts";
import type { RoomLog } from "./log.ts";
import { SqliteLog } from "./sqlite/log.ts";
import { draft, Recorder } from "./testing.ts";
import { amend, eachStore, type Open } from "./testing-stores.ts";

eachStore("log, deleting,", erasure);

function erasure(open: Open): void {
  let log: RoomLog;
  beforeAll(async () => {
    log = await open(new Recorder());
  });
  afterAll(() => log.close());

  const send = (room: string, clientId: string) =>
    log.append(draft(room, clientId));

  /** What the log holds of a room, as text. */
  const everything = async (room: string) =>
    JSON.stringify(await log.read(room, 0, 1_000));

  test("forgets the text of a deleted message and its edits, not their places", async () => {
    const sender = { id: "ann", name: 'A"nn,"content":"x' };
    const origin = { roomId: "gone", clientId: "c2", sender, timestamp: 1_500 };
    await send("gone", "c1");
    await log.append(messageEntry(origin, {
      content: 'Secret "quoted" \\ text',
      voice: { clip: "Secret clip" },
      replyTo: "1-1",
    }));
    await amend(log, "gone", "c2", { kind: "e", content: "Secret too" });
    await amend(log, "gone", "c2", { kind: "r", emoji: "👍", on: true });
    await send("gone", "c3");
    expect(await everything("gone")).toContain("Secret");
    await amend(log, "gone", "c2", { kind: "d" });
    await amend(log, "gone", "c2", { kind: "e", content: "Secret again" });
    expect(await everything("gone")).not.toContain("Secret");
    const { entries, offset } = await log.read("gone", 0, 100);
    expect(entries.map((entry) => entry.offset)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(offset).toBe(7);
    expect(entryFrame("gone", entries[1] as Entry)).toMatchObject({
      message: { clientId: "c2", sender, content: "", replyTo: "1-1" },
    });
    const { messages } = await log.page("gone", { limit: 9 });
    expect(messages).toMatchObject([
      { clientId: "c1", content: "Text of c1" },
      { clientId: "c2", content: "", deletedAt: 2_000 },
      { clientId: "c3", content: "Text of c3" },
    ]);
    expect(messages[1]?.editedAt).toBeUndefined();
    const { gone } = await log.summaries("ben", ["gone"]);
    expect(gone).toMatchObject({ unread: 2 });
    expect(await send("gone", "c2")).toMatchObject({ offset: 2 });
    expect((await log.page("gone", { limit: 1 })).offset).toBe(7);
  });

  test("reads and pages alike, whatever was deleted", async () => {
    for (let i = 1; i <= 24; i += 1) await send("alike", `c${i}`);
    for (const i of [1, 2, 7, 8, 9, 23, 24]) {
      await amend(log, "alike", `c${i}`, { kind: "d" });
      await send("alike", `later-${i}`);
    }
    const all = (await log.read("alike", 0, 1_000)).entries;
    const messages = (await log.page("alike", { limit: 100 })).messages;
    expect(all.map(({ offset }) => offset)).toEqual(all.map((_, i) => i + 1));
    expect(messages).toEqual(applyAmendments(all, all));
    for (let at = 0; at <= all.length + 1; at += 1) {
      for (const limit of [1, 2, 5, 13]) {
        const { entries } = await log.read("alike", at, limit);
        expect(entries).toEqual(all.slice(at, at + limit));
        const before = await log.page("alike", { before: at, limit });
        const older = messages.filter(({ offset }) => offset < at);
        expect(before.messages).toEqual(older.slice(-limit));
        const after = await log.page("alike", { after: at, limit });
        const newer = messages.filter(({ offset }) => offset > at);
        expect(after.messages).toEqual(newer.slice(0, limit));
      }
    }
  });

  test("deletes a room with all it has, and only that", async () => {
    for (let i = 1; i <= 3; i += 1) await send("ended", `c${i}`);
    await amend(log, "ended", "c1", { kind: "d" });
    await log.markRead("ended", "ben", 2);
    await send("ended-not", "c1");
    await log.deleteRoom("ended");
    const names: string[] = [];
    for await (const name of log.rooms()) names.push(name);
    expect(names).not.toContain("ended");
    expect(names).toContain("ended-not");
    expect(await log.read("ended", 0, 9)).toMatchObject({
      offset: 0,
      entries: [],
    });
    expect(await log.readers("ended")).toEqual({});
    expect((await log.read("ended-not", 0, 9)).entries).toHaveLength(1);
    await log.deleteRoom("ended");
    expect(await send("ended", "c1"))
      .toMatchObject({ offset: 1, repeated: false });
  });

  test("gives back from a backup what is left of deleted messages", async () => {
    for (let i = 1; i <= 3; i += 1) await send("kept", `c${i}`);
    await amend(log, "kept", "c2", { kind: "e", content: "Secret" });
    await amend(log, "kept", "c2", { kind: "d" });
    const { entries } = await log.read("kept", 0, 100);
    await log.restore("kept-again", entries, {});
    const { messages } = await log.page("kept", { limit: 9 });
    const again = await log.page("kept-again", { limit: 9 });
    expect(again.messages).toEqual(messages);
    expect(messages[1]).toMatchObject({ content: "", deletedAt: 2_000 });
    await amend(log, "kept-again", "c1", { kind: "d" });
    expect(await log.read("kept-again", 0, 100)).toMatchObject({ offset: 6 });
    expect((await log.read("kept-again", 0, 100)).entries).toHaveLength(6);
  });

  test("trims what was deleted as well", async () => {
    for (let i = 1; i <= 3; i += 1) await send("trim-gone", `c${i}`);
    await amend(log, "trim-gone", "c1", { kind: "d" });
    await amend(log, "trim-gone", "c3", { kind: "d" });
    await log.trim(9_001);
    const { entries } = await log.read("trim-gone", 0, 9);
    expect(entries.map(({ offset }) => offset)).toEqual([5]);
    expect((await log.page("trim-gone", { limit: 9 })).messages).toEqual([]);
    expect(await send("trim-gone", "c1"))
      .toMatchObject({ offset: 6, repeated: false });
  });
}

test("SQLite overwrites on the disk what was deleted", async () => {
  const folder = mkdtempSync(join(tmpdir(), "erased-"));
  const log = new SqliteLog(folder, new Recorder());
  const content = "A secret, long enough for pages of its own. ".repeat(80);
  await log.append(draft("r", "c1", content));
  await amend(log, "r", "c1", { kind: "d" });
  await log.close();
  for (const name of readdirSync(folder)) {
    expect(readFileSync(join(folder, name)).includes("A secret")).toBe(false);
  }
  rmSync(folder, { recursive: true });
});

test(
  "what was deleted leaves the write-ahead file, too, while the log is open",
  async () => {
    const folder = mkdtempSync(join(tmpdir(), "erased-open-"));
    const log = new SqliteLog(folder, new Recorder());
    const content = (word: string) =>
      `A ${word}, over several pages. `.repeat(80);
    const traces = () =>
      readdirSync(folder).filter((name) =>
        /secret|farewell|bygone/.test(
          readFileSync(join(folder, name), "latin1"),
        )
      );
    await log.append(draft("r", "c1", content("secret")));
    await log.append(draft("ended", "c1", content("farewell")));
    await log.append(draft("old", "c1", content("bygone")));
    await log.append(draft("old", "c2"));
    expect(traces()).not.toEqual([]);
    await amend(log, "r", "c1", { kind: "d" });
    await log.deleteRoom("ended");
    await log.trim(Number.MAX_SAFE_INTEGER);
    while (traces().length > 0) await Bun.sleep(20);
    expect(traces()).toEqual([]);
    await log.close();
    rmSync(folder, { recursive: true });
  },
  30_000,
);
