import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Entry } from "./entry.ts";
import { entryOrigin } from "./lines.ts";
import { amendmentEntry, messageEntry } from "./making.ts";
import type { RoomLog } from "./log.ts";
import { SqliteLog } from "./sqlite/log.ts";
import { draft, Recorder } from "./testing.ts";
import { eachStore, type Open } from "./testing-stores.ts";

const SECRET = 'Grace "Amazing" \\ Hopper';

eachStore("log, renaming,", renaming);

/** A message of a person with a name. */
const said = (
  roomId: string,
  clientId: string,
  { id, name = SECRET, content = "Words" }: {
    id: string;
    name?: string;
    content?: string;
  },
) =>
  messageEntry({ roomId, clientId, sender: { id, name }, timestamp: 1_000 }, {
    content,
  });

/** Has somebody of that name change a message. */
async function amend(
  log: RoomLog,
  roomId: string,
  clientId: string,
  change: Parameters<typeof amendmentEntry>[2],
  id: string,
): Promise<void> {
  const { messages } = await log.page(roomId, { limit: 500 });
  const target = messages.find((message) => message.clientId === clientId);
  if (!target) throw new Error("no such message");
  const sender = { id, name: SECRET };
  const own = `${clientId}-${change.kind}`;
  const origin = { roomId, clientId: own, sender, timestamp: 2_000 };
  await log.append(amendmentEntry(origin, target, change));
}

/** Renames a person everywhere; how many calls that took. */
async function renameAll(log: RoomLog, userId: string, name = "Gone") {
  let calls = 0;
  let after: string | undefined;
  do {
    ({ after } = await log.rename(userId, name, after));
    calls += 1;
  } while (after !== undefined && calls < 1_000);
  return calls;
}

function renaming(open: Open): void {
  let log: RoomLog;
  beforeAll(async () => {
    log = await open(new Recorder());
  });
  afterAll(() => log.close());

  const entries = async (room: string): Promise<Entry[]> =>
    (await log.read(room, 0, 5_000)).entries;
  const everything = async (room: string) =>
    JSON.stringify(
      (await entries(room)).map(({ head, parts }) =>
        JSON.parse(`{${head},"parts":{${parts}}}`)
      ),
    );

  test("no name is left of a person, in messages and what was done to them", async () => {
    await log.append(said("names", "c1", { id: "grace" }));
    await log.append(draft("names", "c2"));
    await log.append(said("names", "c3", { id: "grace" }));
    await amend(
      log,
      "names",
      "c2",
      { kind: "r", emoji: "👍", on: true },
      "grace",
    );
    await amend(
      log,
      "names",
      "c1",
      { kind: "e", content: "Said anew" },
      "grace",
    );
    await amend(log, "names", "c3", { kind: "d" }, "grace");
    const before = await entries("names");
    await renameAll(log, "grace");
    const after = await entries("names");
    expect(after.map(({ offset, epoch, kind }) => ({ offset, epoch, kind })))
      .toEqual(
        before.map(({ offset, epoch, kind }) => ({ offset, epoch, kind })),
      );
    const senders = after.map((entry) => entryOrigin(entry).sender);
    const [gone, ann] = [{ id: "grace", name: "Gone" }, {
      id: "ann",
      name: "ann",
    }];
    expect(senders.filter(({ id }) => id === "grace")).toHaveLength(5);
    for (const sender of senders) {
      expect(sender).toEqual(sender.id === "grace" ? gone : ann);
    }
    const { messages } = await log.page("names", { limit: 9 });
    expect(messages).toMatchObject([
      { clientId: "c1", content: "Said anew", sender: gone },
      { clientId: "c2", reactions: { "👍": ["grace"] }, sender: ann },
      { clientId: "c3", content: "", deletedAt: 2_000, sender: gone },
    ]);
  });

  test("what others said stays as it is, also about the person", async () => {
    const about = `"sender":{"id":"grace","name":"${SECRET}"}`;
    await log.append(said("others", "c1", { id: "ben", content: about }));
    await log.append(said("others", "c2", { id: "grace2" }));
    const before = await everything("others");
    await renameAll(log, "grace");
    expect(await everything("others")).toBe(before);
  });

  test("messages that came together are told apart, and each is known again", async () => {
    const all = Array.from(
      { length: 300 },
      (_, i) =>
        said("together", `c${i}`, { id: i % 3 === 0 ? "grace" : "ben" }),
    );
    await Promise.all(all.map((entry) => log.append(entry)));
    await renameAll(log, "grace");
    const { messages } = await log.page("together", { limit: 300 });
    expect(messages).toHaveLength(300);
    for (const [i, { sender, offset, clientId }] of messages.entries()) {
      const own = i % 3 === 0;
      expect({ sender, offset, clientId }).toEqual({
        sender: own
          ? { id: "grace", name: "Gone" }
          : { id: "ben", name: SECRET },
        offset: i + 1,
        clientId: `c${i}`,
      });
    }
    expect(await log.append(said("together", "c0", { id: "grace" })))
      .toMatchObject({ repeated: true, offset: 1 });
    await amend(log, "together", "c1", { kind: "d" }, "ben");
    expect((await log.page("together", { limit: 1, before: 3 })).messages)
      .toMatchObject([{ clientId: "c1", content: "", deletedAt: 2_000 }]);
  });

  test("a long log is done in parts, and a second time changes nothing", async () => {
    for (let i = 0; i < 600; i += 1) {
      await log.append(said(`many-${i % 7}`, `c${i}`, { id: "grace" }));
    }
    expect(await renameAll(log, "grace")).toBeGreaterThan(2);
    const before = await everything("many-3");
    expect(before).not.toContain("Amazing");
    expect(JSON.parse(before)).toHaveLength(86);
    await renameAll(log, "grace");
    expect(await everything("many-3")).toBe(before);
    expect((await log.append(draft("many-3", "later"))).offset).toBe(87);
  });
}

test(
  "SQLite keeps nothing of a name in its files, while the log is open",
  async () => {
    const folder = mkdtempSync(join(tmpdir(), "renamed-"));
    const log = new SqliteLog(folder, new Recorder());
    const traces = () =>
      readdirSync(folder).filter((name) =>
        readFileSync(join(folder, name), "latin1").includes("Amazing")
      );
    await log.append(said("r", "c1", { id: "grace" }));
    expect(traces()).not.toEqual([]);
    await renameAll(log, "grace");
    while (traces().length > 0) await Bun.sleep(20);
    expect(traces()).toEqual([]);
    await log.close();
    rmSync(folder, { recursive: true });
  },
  30_000,
);
