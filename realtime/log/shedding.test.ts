import { afterAll, beforeAll, expect, test } from "bun:test";
import type { Has } from "../protocol-http.ts";
import type { FilePart, Parts } from "../protocol.ts";
import { renameFor, withdraw } from "../rooms/erasing.ts";
import type { Entry } from "./entry.ts";
import { frameText } from "./frame-text.ts";
import { attachmentsOf, entryOrigin } from "./lines.ts";
import type { RoomLog } from "./log.ts";
import { amendmentEntry, messageEntry } from "./making.ts";
import { draft, Recorder, settled, until } from "./testing.ts";
import { eachStore, engineStore, type Open } from "./testing-stores.ts";

eachStore("log, forgetting files,", forgetting);
engineStore("log, forgetting files,", forgetting);

const file = (name: string): FilePart => ({
  ...{ id: `id-of-${name}`, name, type: "text/plain", size: 3 },
});

function forgetting(open: Open): void {
  let log: RoomLog;
  let heard: Recorder;
  beforeAll(async () => {
    heard = new Recorder();
    log = await open(heard);
  });
  afterAll(() => log.close());

  const say = (
    room: string,
    clientId: string,
    parts: Parts,
    id = "grace",
  ) =>
    log.append(messageEntry(
      {
        roomId: room,
        clientId,
        sender: { id, name: "Grace" },
        timestamp: 1_000,
      },
      parts,
    ));

  async function change(
    room: string,
    clientId: string,
    amendment: Parameters<typeof amendmentEntry>[2],
    id = "grace",
  ): Promise<void> {
    const { messages } = await log.page(room, { limit: 100 });
    const target = messages.find((message) => message.clientId === clientId);
    if (!target) throw new Error("no such message");
    const own = `${clientId}-${Object.keys(amendment).join()}`;
    const sender = { id, name: "Grace" };
    const origin = { roomId: room, clientId: own, sender, timestamp: 2_000 };
    await log.append(amendmentEntry(origin, target, amendment));
  }

  /** As web does, until all is done. */
  async function forget(userId: string): Promise<void> {
    let after: string | undefined;
    do {
      ({ after } = await renameFor(log, { userId, name: "Gone", after }));
    } while (after !== undefined);
  }

  const messages = async (room: string) =>
    (await log.page(room, { limit: 100 })).messages;
  const entries = async (room: string): Promise<Entry[]> =>
    (await log.read(room, 0, 1_000)).entries;

  /** What whoever looks was told that messages have lost, in the order of those. */
  async function told(room: string) {
    const { messages } = await log.page(room, { limit: 100 });
    const frames = (await entries(room))
      .map((entry) => JSON.parse(frameText(room, entry)))
      .filter(({ shed }) => shed);
    return messages.flatMap(({ id, clientId }) =>
      frames.filter((frame) => frame.id === id)
        .map(({ content, preview }) => ({ clientId, content, preview }))
    );
  }

  const find = async (room: string, text: string, has: Has[] = []) => {
    await settled(log);
    const { messages } = await log.search({
      rooms: [room],
      terms: text ? [{ text, whole: true }] : [],
      has,
      order: "newest",
      limit: 50,
      // On a busy machine a page ends before all was looked at.
      budget: 60_000,
    });
    return messages.map(({ clientId }) => clientId).sort();
  };

  test("texts stay without their files, and what was nothing but a file is deleted", async () => {
    const room = "files";
    await log.watch(room);
    const mentions = [{ id: "ben", name: "Ben" }];
    const content = 'Look, @Ben: "files":[] \\ \ud83d';
    await say(room, "both", { content, mentions, files: [file("planet.txt")] });
    await say(room, "alone", { content: "", files: [file("comet.txt")] });
    await say(room, "bens", { content: "", files: [file("moon.txt")] }, "ben");
    await say(room, "emptied", { content: "Soon", files: [file("star.txt")] });
    await change(room, "emptied", { kind: "e", content: "" });
    await say(room, "captioned", { content: "", files: [file("sun.txt")] });
    await change(room, "captioned", { kind: "e", content: "A caption" });
    await say(room, "plain", { content: "No file" });
    expect(await find(room, "", ["file"])).toHaveLength(5);
    expect(await find(room, "planet")).toEqual(["both"]);
    const before = (await entries(room)).length;

    await forget("grace");
    const now = await messages(room);
    expect(now.map(({ clientId, content, files, deletedAt }) => ({
      ...{ clientId, content, files, isDeleted: deletedAt !== undefined },
    }))).toEqual([
      { clientId: "both", content, files: undefined, isDeleted: false },
      { clientId: "alone", content: "", files: undefined, isDeleted: true },
      {
        ...{ clientId: "bens", content: "", isDeleted: false },
        files: [file("moon.txt")],
      },
      { clientId: "emptied", content: "", files: undefined, isDeleted: true },
      {
        ...{ clientId: "captioned", content: "A caption", files: undefined },
        isDeleted: false,
      },
      {
        clientId: "plain",
        content: "No file",
        files: undefined,
        isDeleted: false,
      },
    ]);
    expect(now[0]?.mentions).toEqual(mentions);
    const all = await entries(room);
    const text = JSON.stringify(all);
    for (const name of ["planet", "comet", "star", "sun"]) {
      expect(text).not.toContain(name);
    }
    expect(text).toContain("moon");
    expect(
      all.filter((entry) => entryOrigin(entry).sender.id === "grace")
        .every(({ attached }) => attachmentsOf(attached).length === 0),
    ).toBe(true);

    expect(await find(room, "", ["file"])).toEqual(["bens"]);
    expect(await find(room, "planet")).toEqual([]);
    expect(await find(room, "look")).toEqual(["both"]);
    expect(await find(room, "caption")).toEqual(["captioned"]);
    const { [room]: summary } = await log.summaries("ann", [room]);
    expect(summary?.unread).toBe(4);
    await until(() =>
      heard.heard.filter(([, { kind }]) => kind === "d").length === 2
    );
    // Whoever shows one that stays is told what it has lost, and that is all.
    expect((await told(room)).map(({ clientId }) => clientId)).toEqual([
      "both",
      "captioned",
    ]);

    await forget("grace");
    expect(await messages(room)).toEqual(now);
    expect(await entries(room)).toHaveLength(before + 4);
    await change(room, "both", { kind: "e", content: "Another text" });
    expect(await find(room, "look")).toEqual([]);
    expect(await find(room, "another")).toEqual(["both"]);
  });

  test("what was heard in a voice note stays as its text; one without words is deleted", async () => {
    const room = "voices";
    await say(room, "spoken", {
      content: "As I said",
      voice: { clip: "clip-1", ms: 900, words: [["As", 0, 100]] },
    });
    await say(room, "later", {
      content: "",
      voice: { clip: "clip-2", waiting: true },
    });
    const voice = { clip: "clip-2", ms: 900, words: [["Heard", 0, 100]] };
    await change(room, "later", {
      ...{ kind: "e", content: "Heard at last" },
      voice: voice as Parts["voice"] & { clip: string },
    });
    await say(room, "silent", {
      content: "",
      voice: { clip: "clip-3", ms: 5 },
    });
    await say(room, "linked", { content: "See https://a.test/" });
    await change(room, "linked", {
      ...{ kind: "e", content: "See https://a.test/" },
      preview: {
        ...{
          address: "https://a.test/",
          title: "Tea",
          picture: file("cup.png"),
        },
      },
    });
    await forget("grace");
    const now = await messages(room);
    expect(now.map(({ content, voice, editedAt, deletedAt, preview }) => ({
      ...{
        content,
        voice,
        editedAt,
        preview,
        isDeleted: deletedAt !== undefined,
      },
    }))).toEqual<unknown>(
      [
        { content: "As I said", isDeleted: false },
        { content: "Heard at last", isDeleted: false },
        { content: "", isDeleted: true },
        {
          ...{ content: "See https://a.test/", isDeleted: false },
          preview: { address: "https://a.test/", title: "Tea" },
        },
      ],
    );
    const text = JSON.stringify(await entries(room));
    for (const trace of ["clip-1", "clip-3", "peaks", "words", "cup.png"]) {
      expect(text).not.toContain(trace);
    }
    expect(await find(room, "", ["voice"])).toEqual([]);
    expect(await find(room, "heard")).toEqual(["later"]);
    const preview = { address: "https://a.test/", title: "Tea" };
    const none = { address: "" };
    expect(await told(room)).toEqual([
      { clientId: "spoken", content: "As I said", preview: none },
      { clientId: "later", content: "Heard at last", preview: none },
      { clientId: "linked", content: "See https://a.test/", preview },
    ]);
  });

  test("whoever breaks off before all are deleted and told finds them again", async () => {
    const room = "broken";
    await say(room, "alone", { content: "", files: [file("comet.txt")] });
    await say(room, "kept", { content: "Here", files: [file("sun.txt")] });
    await log.append(draft(room, "anns"));
    let after: string | undefined;
    do ({ after } = await log.rename("grace", "Gone", after)); while (after);
    await forget("grace");
    expect((await messages(room)).map(({ deletedAt }) => !!deletedAt))
      .toEqual([true, false, false]);
    const once = await told(room);
    expect(once.map(({ clientId }) => clientId)).toEqual(["kept"]);
    await forget("grace");
    expect(await told(room)).toEqual(once);
    // Nothing is left over of what has no files any more.
    await withdraw(log, room, { userId: "grace", name: "Gone" });
    const left = await log.leftovers();
    expect(left.filter(({ roomId }) => roomId === room)).toEqual([]);
  });
}
