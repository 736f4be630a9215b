import { afterAll, beforeAll, expect, test } from "bun:test";
import { entryId } from "../log/entry.ts";
import { type RoomLog, StoreError } from "../log/log.ts";
import { amendmentEntry, messageEntry } from "../log/making.ts";
import { draft, Recorder } from "../log/testing.ts";
import { type Contents, eachStore, type Open } from "../log/testing-stores.ts";
import { startTestServer } from "../tests/testing.ts";
import { trimAll, trimOld } from "./retention.ts";

test("trims what is older than is kept, and nothing when all is", async () => {
  const server = await startTestServer();
  const { hub } = server;
  const lines: [event: string, entries?: unknown][] = [];
  const logger = (_: string, event: string, fields = {}) => {
    lines.push([event, (fields as { entries?: number }).entries]);
  };
  const today = { ...draft("r", "new"), timestamp: Date.now() };
  for (const entry of [draft("r", "old"), today, { ...today, clientId: "x" }]) {
    await hub.log.append(entry);
  }
  await trimOld(hub, { retentionDays: undefined }, logger);
  expect((await hub.log.read("r", 0, 9)).entries).toHaveLength(3);
  await trimOld(hub, { retentionDays: 30 }, logger);
  const { entries } = await hub.log.read("r", 0, 9);
  expect(entries.map(({ offset }) => offset)).toEqual([2, 3]);
  hub.log.trim = () => Promise.reject(new StoreError("away"));
  await trimOld(hub, { retentionDays: 30 }, logger);
  expect(lines).toEqual([["trimmed", 1], ["trim-failed", undefined]]);
  await server.stop();
});

eachStore("retention", retention);

function retention(open: Open, contents: Contents): void {
  let log: RoomLog;
  const recorder = new Recorder();
  beforeAll(async () => {
    log = await open(recorder);
  });
  afterAll(() => log.close());

  const sender = { id: "ann", name: "Ann" };
  const file = (id: string) => ({ id, name: id, type: "a/b", size: 1 });
  const say = (roomId: string, content: string, timestamp = 1_000) => {
    const clientId = crypto.randomUUID();
    return log.append(
      messageEntry({ roomId, clientId, sender, timestamp }, {
        content,
        files: [file(`${content}-file`)],
      }),
    );
  };
  const left = async (room: string) =>
    (await log.leftovers()).filter(({ roomId }) => roomId === room)
      .flatMap(({ attached }) => attached.map(({ id }) => id)).sort();

  test("of a room nobody wrote to again nothing stays either", async () => {
    // Together, so that a store may keep them in one place.
    await Promise.all(["Secret-a", "Secret-b"].map((it) => say("quiet", it)));
    await say("loud", "Secret-c");
    await say("loud", "Kept", 9_000);
    await log.markRead("quiet", "ben", 1);
    expect(await trimAll(log, 5_000)).toBe(3);
    const { entries, offset } = await log.read("quiet", 0, 9);
    expect(entries.map(({ kind, parts }) => [kind, parts])).toEqual([[
      "d",
      "",
    ]]);
    expect(offset).toBe(3);
    for (const room of ["quiet", "loud"]) {
      const { messages } = await log.page(room, { limit: 9 });
      expect(messages.map(({ content }) => content))
        .toEqual(room === "loud" ? ["Kept"] : []);
    }
    expect(await left("quiet")).toEqual(["Secret-a-file", "Secret-b-file"]);
    const { quiet } = await log.summaries("ben", ["quiet"]);
    expect(quiet).toMatchObject({ unread: 0 });
    // It does not look as if somebody had been there today.
    expect(await log.activity(["quiet"])).toEqual({ quiet: 1_000 });
    // SQLite clears its write-ahead file in a moment. What hung on it is noted until it is taken.
    await log.taken(await log.leftovers());
    while ((await contents()).includes("Secret-")) await Bun.sleep(20);
    // Once is enough, and the room counts on.
    expect(await trimAll(log, 5_000)).toBe(0);
    expect(await say("quiet", "Again", 9_000)).toMatchObject({ offset: 4 });
  }, 20_000);

  test("neither does what an edit said last", async () => {
    const { epoch } = await say("edited", "Hidden-first", 11_000);
    const picture = file("Hidden-picture");
    const preview = {
      address: "https://a.test",
      title: "Hidden-title",
      picture,
    };
    for (const parts of [{}, { preview }]) {
      const content = "Hidden-edit";
      const clientId = crypto.randomUUID();
      await log.append(
        amendmentEntry(
          { roomId: "edited", clientId, sender, timestamp: 11_000 },
          { id: entryId(epoch, 1), offset: 1 },
          { kind: "e", content, ...parts },
        ),
      );
    }
    await trimAll(log, 15_000);
    expect(await left("edited")).toEqual([
      "Hidden-first-file",
      "Hidden-picture",
    ]);
    await log.taken(await log.leftovers());
    while ((await contents()).includes("Hidden-")) await Bun.sleep(20);
    const { entries } = await log.read("edited", 0, 9);
    expect(entries.map(({ kind }) => kind)).toEqual(["d"]);
  }, 20_000);

  test("it is done once by two who do it at once", async () => {
    await say("both", "Twice", 21_000);
    await Promise.all([trimAll(log, 25_000), trimAll(log, 25_000)]);
    expect((await log.read("both", 0, 9)).offset).toBe(2);
  });
}
