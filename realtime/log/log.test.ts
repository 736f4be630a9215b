import { afterAll, beforeAll, expect, test } from "bun:test";
import { entryId } from "./entry.ts";
import { type amendmentEntry, messageEntry } from "./making.ts";
import { type RoomLog, StoreError } from "./log.ts";
import { draft, Recorder, until } from "./testing.ts";
import { amend as amendIn, eachStore, type Open } from "./testing-stores.ts";

eachStore("log", contract);

function contract(open: Open): void {
  let log: RoomLog;
  let recorder: Recorder;
  beforeAll(async () => {
    recorder = new Recorder();
    log = await open(recorder);
  });
  afterAll(() => log.close());

  const send = (room: string, clientId: string, sender = "ann") =>
    log.append(draft(room, clientId, undefined, sender));

  test("numbers a room's entries 1, 2, 3 in the order they were given", async () => {
    const ids = Array.from({ length: 40 }, (_, i) => `c${i}`);
    const done = await Promise.all(ids.map((id) => send("order", id)));
    expect(done.map(({ offset }) => offset)).toEqual(ids.map((_, i) => i + 1));
    expect(new Set(done.map(({ epoch }) => epoch)).size).toBe(1);
    const { messages } = await log.page("order", { limit: 100 });
    expect(messages.map(({ clientId }) => clientId)).toEqual(ids);
  });

  test("answers a repeated clientId with the first append", async () => {
    const [first, twin] = await Promise.all([
      send("dedupe", "c1"),
      send("dedupe", "c1"),
    ]);
    const late = await send("dedupe", "c1");
    expect(first).toMatchObject({ offset: 1, repeated: false });
    expect(twin).toEqual({ ...first, repeated: true });
    expect(late).toEqual(twin);
    const other = await send("dedupe", "c1", "ben");
    expect(other).toMatchObject({ offset: 2, repeated: false });
    expect(await send("dedupe-2", "c1")).toMatchObject({ offset: 1 });
    expect((await log.page("dedupe", { limit: 9 })).messages).toHaveLength(2);
  });

  test("remembers everything when it is opened again", async () => {
    const before = await send("again", "c1");
    await log.markRead("again", "ben", 1);
    await log.close();
    log = await open(recorder);
    expect(await send("again", "c1")).toEqual({ ...before, repeated: true });
    const next = await send("again", "c2");
    expect(next).toMatchObject({ epoch: before.epoch, offset: 2 });
    const positions = await log.positions("ben", ["again"]);
    expect(positions.again).toMatchObject({ offset: 2, read: 1 });
  });

  test("gives a room its epoch before its first entry", async () => {
    const { epoch, offset } = await log.read("empty", 0, 10);
    expect(offset).toBe(0);
    expect(await send("empty", "c1")).toMatchObject({ epoch, offset: 1 });
  });

  test("tells of watched rooms, in order, until they are unwatched", async () => {
    await log.watch("watched");
    await Promise.all([send("watched", "c1"), send("unseen", "c1")]);
    await Promise.all([send("watched", "c2"), send("watched", "c3")]);
    const heard = () =>
      recorder.heard.filter(([room]) => room === "watched")
        .map(([, { offset }]) => offset);
    await until(() => heard().length === 3);
    expect(heard()).toEqual([1, 2, 3]);
    const slice = await log.read("watched", 0, 10);
    expect(recorder.heard.filter(([room]) => room === "watched"))
      .toEqual(slice.entries.map((entry) => ["watched", entry]));
    log.unwatch("watched");
  });

  test("passes signals on to whoever watches the room", async () => {
    await log.watch("signals");
    log.signal("signals", "hello");
    await until(() => recorder.signals.length > 0);
    expect(recorder.signals).toContainEqual(["signals", "hello"]);
    log.unwatch("signals");
  });

  test("reads on after an offset, as far as asked", async () => {
    for (let i = 1; i <= 5; i += 1) await send("reads", `c${i}`);
    const { entries, offset } = await log.read("reads", 1, 3);
    expect(entries.map((entry) => entry.offset)).toEqual([2, 3, 4]);
    expect(offset).toBe(5);
    expect((await log.read("reads", 9, 3)).entries).toEqual([]);
  });

  test("pages backward and forward through messages only", async () => {
    for (let i = 1; i <= 3; i += 1) await send("pages", `c${i}`);
    await react("pages", "c1", "👍", true);
    for (let i = 4; i <= 6; i += 1) await send("pages", `c${i}`);
    const ids = async (range: { before?: number; after?: number }) => {
      const { messages } = await log.page("pages", { ...range, limit: 4 });
      return messages.map(({ clientId }) => clientId);
    };
    expect(await ids({})).toEqual(["c3", "c4", "c5", "c6"]);
    expect(await ids({ before: 3 })).toEqual(["c1", "c2"]);
    expect(await ids({ before: 1 })).toEqual([]);
    expect(await ids({ after: 1 })).toEqual(["c2", "c3", "c4", "c5"]);
    expect((await log.page("pages", { limit: 1 })).offset).toBe(7);
  });

  const amend = (
    room: string,
    target: string,
    change: Parameters<typeof amendmentEntry>[2],
    sender?: string,
  ) => amendIn(log, room, target, change, sender);

  const react = (
    room: string,
    target: string,
    emoji: string,
    on: boolean,
    sender?: string,
  ) => amend(room, target, { kind: "r", emoji, on }, sender);

  test("applies edits, reactions and deletions to pages and single messages", async () => {
    const first = await send("amend", "c1");
    await send("amend", "c2");
    await amend("amend", "c1", { kind: "e", content: "Better" });
    await react("amend", "c1", "👍", true);
    await react("amend", "c1", "👍", true, "ben");
    await react("amend", "c1", "👍", false);
    const changed = await log.find("amend", entryId(first.epoch, 1));
    expect(changed).toMatchObject({
      content: "Better",
      editedAt: 2_000,
      reactions: { "👍": ["ben"] },
    });
    expect((await log.page("amend", { limit: 9 })).messages[0])
      .toEqual(changed ?? undefined);
    await amend("amend", "c1", { kind: "d" });
    await amend("amend", "c1", { kind: "e", content: "Back?" });
    const gone = (await log.page("amend", { limit: 9 })).messages[0];
    expect(gone).toMatchObject({ content: "", deletedAt: 2_000 });
    expect(gone?.reactions).toBeUndefined();
  });

  test("finds no message by another room's id, an amendment's, or nonsense", async () => {
    const { epoch } = await send("find", "c1");
    const edit = await amend("find", "c1", { kind: "e", content: "x" });
    expect(await log.find("find", entryId(epoch, 1))).not.toBeNull();
    for (const id of [entryId(edit.epoch, edit.offset), "1-1", "nonsense"]) {
      expect(await log.find("find", id)).toBeNull();
    }
    expect(await log.find("find-2", entryId(epoch, 1))).toBeNull();
  });

  test("moves a read position forward only, and not past the newest entry", async () => {
    for (let i = 1; i <= 4; i += 1) await send("position", `c${i}`);
    expect(await log.markRead("position", "ben", 3)).toBe(3);
    expect(await log.markRead("position", "ben", 2)).toBe(3);
    expect(await log.markRead("position", "ben", 99)).toBe(4);
    const positions = await log.positions("ben", ["position", "untouched"]);
    expect(positions.position).toMatchObject({ offset: 4, read: 4 });
    expect(positions.untouched).toMatchObject({ offset: 0, read: 0 });
  });

  test("sums a room up: newest message, and how many of others are unread", async () => {
    await send("sum", "c1", "ben");
    await send("sum", "c2", "ben");
    await send("sum", "c3", "ann");
    await react("sum", "c3", "👍", true, "ben");
    await log.markRead("sum", "ann", 1);
    const { sum } = await log.summaries("ann", ["sum"]);
    expect(sum).toMatchObject({ offset: 4, read: 1, unread: 1 });
    expect(sum?.last).toMatchObject({ clientId: "c3" });
    expect(sum?.last?.reactions).toEqual({ "👍": ["ben"] });
    const { none } = await log.summaries("ann", ["none"]);
    expect(none).toMatchObject({ offset: 0, read: 0, unread: 0, last: null });
  });

  test("tells when rooms were last written to", async () => {
    for (const clientId of ["c1", "c2"]) await send("active", clientId);
    await send("lively", "c1");
    const times = await log.activity(["active", "lively", "silent"]);
    expect(Object.keys(times).sort()).toEqual(["active", "lively"]);
    expect(times.lively).toBe(1_000);
  });

  test("tells of sign-outs, and again when it is opened later", async () => {
    const signOut = { userId: "a&b=c", sid: "s 1", at: Date.now() };
    await log.signOut(signOut);
    await until(() => recorder.signOuts.length > 0);
    expect(recorder.signOuts).toContainEqual(signOut);
    const all = { userId: "ann", keep: "s2", at: Date.now() };
    await log.signOut(all);
    const later = new Recorder();
    await (await open(later)).close();
    expect(later.signOuts).toContainEqual(expect.objectContaining(signOut));
    expect(later.signOuts).toContainEqual(expect.objectContaining(all));
  });

  test("begins a new epoch only when it is behind what was seen of it", async () => {
    const { epoch } = await send("epoch", "c1");
    await log.beginEpoch("epoch", { epoch, offset: 1 });
    await log.beginEpoch("epoch", { epoch: "1", offset: 9 });
    expect((await log.read("epoch", 0, 1)).epoch).toBe(epoch);
    await log.beginEpoch("epoch", { epoch, offset: 2 });
    const next = await send("epoch", "c2");
    expect(Number(next.epoch)).toBeGreaterThan(Number(epoch));
    expect(next.offset).toBe(2);
    const { messages } = await log.page("epoch", { limit: 9 });
    expect(messages.map(({ id }) => id))
      .toEqual([entryId(epoch, 1), entryId(next.epoch, 2)]);
    expect(await log.find("epoch", entryId(epoch, 1))).not.toBeNull();
  });

  test("trims what is old, but keeps the newest entry and counts on", async () => {
    const old = (room: string, clientId: string, timestamp: number) => {
      const sender = { id: "ann", name: "ann" };
      const origin = { roomId: room, clientId, sender, timestamp };
      return log.append(messageEntry(origin, { content: "x" }));
    };
    for (let i = 1; i <= 3; i += 1) await old("trim", `c${i}`, 2_500 + i);
    for (let i = 1; i <= 3; i += 1) await old("trim-all", `c${i}`, 2_500 + i);
    await old("trim", "c4", 9_000);
    expect(await log.trim(3_000)).toBeGreaterThanOrEqual(5);
    const offsets = async (room: string) =>
      (await log.read(room, 0, 9)).entries.map(({ offset }) => offset);
    expect(await offsets("trim")).toEqual([4]);
    expect(await offsets("trim-all")).toEqual([3]);
    expect(await send("trim-all", "c9")).toMatchObject({ offset: 4 });
    expect(await log.trim(3_000)).toBe(1);
  });

  test("gives a room back from its parts, in a new epoch, and only when empty", async () => {
    await send("source", "c1");
    const kept = await send("source", "c2");
    await amend("source", "c2", { kind: "e", content: "Changed" });
    await log.markRead("source", "ben", 2);
    const { entries } = await log.read("source", 0, 100);
    const reads = await log.readers("source");
    expect(reads).toEqual({ ben: 2 });
    await log.restore("target", entries, reads);
    const before = await log.page("source", { limit: 9 });
    const after = await log.page("target", { limit: 9 });
    expect(after.messages).toEqual(before.messages);
    expect(after.offset).toBe(3);
    expect(Number(after.epoch)).toBeGreaterThan(Number(before.epoch));
    expect(await send("target", "c2")).toEqual({ ...kept, repeated: true });
    expect((await log.positions("ben", ["target"])).target?.read).toBe(2);
    const again = log.restore("target", entries, {});
    expect(await again.catch((error) => error)).toBeInstanceOf(StoreError);
    const names: string[] = [];
    for await (const name of log.rooms()) names.push(name);
    expect(names).toContain("source");
    expect(names).toContain("target");
  });
}
