import { afterAll, beforeAll, expect, test } from "bun:test";
import fc from "fast-check";
import type { Parts } from "../protocol.ts";
import type { Leftover } from "../protocol-http.ts";
import { applyAmendments } from "./amending.ts";
import { entryId } from "./entry.ts";
import { lineOf, readLine } from "./lines.ts";
import type { RoomLog } from "./log.ts";
import { type Amendment, amendmentEntry, messageEntry } from "./making.ts";
import { Recorder, until } from "./testing.ts";
import { type Contents, eachStore, type Open } from "./testing-stores.ts";

const ANN = { id: "ann", name: "Ann" };

/** Texts that look like what the log is made of. */
const HOSTILE = [
  '"content":""',
  '","voice":{"clip":"stolen"},"content":"',
  '{"kind":"d","head":"","parts":""}',
  '"sender":{"id":"ben","name":"Ben"}',
  'x\t[{"kind":"clip","id":"stolen","owner":"ann"}]',
  "a\ttab\nand a line\r\n",
  "ends with a tab\t",
  "1-1 m",
  "half of a pair \ud83d, and \\ud83d written out",
  "\\",
  '\\"',
  "\u2028\u0000\u007f",
];

eachStore("log, of parts,", parts);

function parts(open: Open, contents: Contents): void {
  let log: RoomLog, recorder: Recorder;
  beforeAll(async () => {
    recorder = new Recorder();
    log = await open(recorder);
  });
  afterAll(() => log.close());

  const origin = (roomId: string, sender = ANN) => ({
    ...{ roomId, clientId: crypto.randomUUID(), sender, timestamp: 1_000 },
  });
  const say = (room: string, said: Parts, sender = ANN) =>
    log.append(messageEntry(origin(room, sender), said));
  const amend = (room: string, epoch: string, offset: number, to: Amendment) =>
    log.append(
      amendmentEntry(
        { ...origin(room), timestamp: 2_000 },
        { id: entryId(epoch, offset), offset },
        to,
      ),
    );
  /** What is left over of one room. */
  const leftOf = async (room: string) =>
    (await log.leftovers()).filter(({ roomId }) => roomId === room);
  const attachedIn = (leftovers: Leftover[]) =>
    leftovers.flatMap(({ attached }) => attached.map(({ id }) => id)).sort();

  test("every entry says what it is", async () => {
    const { epoch } = await say("kinds", { content: "One" });
    await say("kinds", { content: "", voice: { clip: "c" } });
    await amend("kinds", epoch, 1, { kind: "e", content: "Two" });
    await amend("kinds", epoch, 1, { kind: "r", emoji: "👍", on: true });
    await amend("kinds", epoch, 1, { kind: "d" });
    const { entries } = await log.read("kinds", 0, 9);
    expect(entries.map(({ kind }) => kind).join("")).toBe("mmerd");
    for (const { kind, ...entry } of entries) {
      const written = { kind, ...entry };
      expect(readLine(kind, lineOf(written))).toEqual({
        kind,
        head: entry.head,
        parts: entry.parts,
        attached: entry.attached,
      });
    }
  });

  test("a message without text is one, as long as it has another part", async () => {
    await say("voice", { content: "", voice: { clip: "c1" } });
    const { epoch } = await say("voice", {
      content: "Words",
      voice: { clip: "c2" },
    });
    await amend("voice", epoch, 2, { kind: "e", content: "Better words" });
    const { messages } = await log.page("voice", { limit: 9 });
    expect(messages).toMatchObject([
      { content: "", voice: { clip: "c1" } },
      { content: "Better words", voice: { clip: "c2" } },
    ]);
    expect(messages[0]?.deletedAt).toBeUndefined();
    const { voice } = await log.summaries("ben", ["voice"]);
    expect(voice).toMatchObject({ unread: 2 });
  });

  test(
    "erases every part, and keeps what hung on them until it is taken",
    async () => {
      const secrets = ["Secret-text", "Secret-edit", "Secret-clip"];
      const { epoch } = await say("erased", {
        content: "Secret-text",
        voice: { clip: "Secret-clip" },
      });
      await amend("erased", epoch, 1, { kind: "e", content: "Secret-edit" });
      await say("erased", { content: "Kept", voice: { clip: "Kept-clip" } });
      for (const secret of secrets) expect(await contents()).toContain(secret);
      await amend("erased", epoch, 1, { kind: "d" });
      const left = await leftOf("erased");
      expect(left.flatMap(({ attached }) => attached)).toEqual([
        { kind: "clip", id: "Secret-clip", owner: "ann" },
      ]);
      // It was not taken yet: it is told again, also by whoever opens the log next.
      expect(await leftOf("erased")).toEqual(left);
      await log.taken(left);
      expect(await leftOf("erased")).toEqual([]);
      const has = async (secret: string) => (await contents()).includes(secret);
      for (const secret of secrets) {
        // SQLite clears its write-ahead file in a moment.
        while (await has(secret)) await Bun.sleep(20);
      }
      expect(await has("Kept-clip")).toBe(true);
    },
    20_000,
  );

  test("what is trimmed leaves what hung on it, and what is deleted twice leaves it once", async () => {
    const { epoch } = await say("left", { content: "", voice: { clip: "a" } });
    await say("left", { content: "x", voice: { clip: "b" } });
    await amend("left", epoch, 1, { kind: "d" });
    await amend("left", epoch, 1, { kind: "d" });
    expect(attachedIn(await leftOf("left"))).toEqual(["a"]);
    await log.trim(2_001);
    const both = await leftOf("left");
    expect(attachedIn(both)).toEqual(["a", "b"]);
    await log.taken(both);
    expect(await leftOf("left")).toEqual([]);
    expect((await log.page("left", { limit: 9 })).messages).toEqual([]);
  });

  test("text that looks like an entry is text, and stays when another is deleted", async () => {
    const { epoch } = await say("hostile", { content: "First" });
    await Promise.all(
      HOSTILE.map((content) => say("hostile", { content })),
    );
    const shown = async () =>
      (await log.page("hostile", { limit: 100 })).messages;
    const texts = async () => (await shown()).map(({ content }) => content);
    expect(await texts()).toEqual(["First", ...HOSTILE]);
    await amend("hostile", epoch, 1, { kind: "d" });
    expect(await texts()).toEqual(["", ...HOSTILE]);
    const { hostile } = await log.summaries("ben", ["hostile"]);
    expect(hostile).toMatchObject({ unread: HOSTILE.length });
    const { hostile: own } = await log.summaries("ann", ["hostile"]);
    expect(own).toMatchObject({ unread: 0 });
    for (let at = 2; at <= HOSTILE.length + 1; at += 2) {
      await amend("hostile", epoch, at, { kind: "d" });
    }
    const expected = HOSTILE.map((text, i) => i % 2 === 0 ? "" : text);
    expect(await texts()).toEqual(["", ...expected]);
    for (const message of await shown()) {
      expect(message.deletedAt !== undefined).toBe(message.content === "");
      expect(message.voice).toBeUndefined();
    }
    expect(await leftOf("hostile")).toEqual([]);
  });

  test("files go with their message, each by itself", async () => {
    const file = (id: string) => ({ id, name: "\t.pdf", type: "a/b", size: 1 });
    const { epoch } = await say("files", {
      content: "",
      files: [file("f1"), file("f2")],
      voice: { clip: "c" },
    });
    const page = async () => (await log.page("files", { limit: 9 })).messages;
    expect(await page()).toMatchObject([{ files: [file("f1"), file("f2")] }]);
    await amend("files", epoch, 1, { kind: "d" });
    expect((await page())[0]?.files).toBeUndefined();
    const left = (await leftOf("files")).flatMap(({ attached }) => attached);
    expect(left).toEqual([
      { kind: "file", id: "f1", owner: "ann" },
      { kind: "file", id: "f2", owner: "ann" },
      { kind: "clip", id: "c", owner: "ann" },
    ]);
  });

  test("a preview mentions nobody, and its picture goes with the message", async () => {
    const mentions = [{ id: "ben", name: "Ben" }];
    const content = "@Ben https://a.test";
    const { epoch } = await say("previews", { content, mentions });
    const preview = {
      address: "https://a.test",
      title: "Title",
      picture: { id: "p", name: "preview", type: "image/webp", size: 1 },
    };
    await amend("previews", epoch, 1, { kind: "e", content, preview });
    const page = async () =>
      (await log.page("previews", { limit: 9 })).messages[0];
    expect(await page()).toMatchObject({ content, mentions, preview });
    expect((await page())?.editedAt).toBeUndefined();
    const { previews } = await log.summaries("ben", ["previews"]);
    expect(previews).toMatchObject({ unread: 1, mentioned: 1 });
    await amend("previews", epoch, 1, { kind: "d" });
    expect((await page())?.preview).toBeUndefined();
    expect(attachedIn(await leftOf("previews"))).toEqual(["p"]);
  });

  const file = fc.record({
    id: fc.uuid(),
    name: fc.constantFrom(...HOSTILE),
    type: fc.constant("image/png"),
    size: fc.nat(),
  });
  const said = fc.record({
    content: fc.oneof(fc.constantFrom(...HOSTILE), fc.string({ minLength: 1 })),
    files: fc.option(fc.array(file, { minLength: 1, maxLength: 3 }), {
      nil: undefined,
    }),
    voice: fc.option(fc.record({ clip: fc.uuid() }), { nil: undefined }),
  });
  const change: fc.Arbitrary<Amendment> = fc.oneof(
    fc.record({
      kind: fc.constant("e" as const),
      content: said.map((it) => it.content),
    }),
    fc.record({
      kind: fc.constant("e" as const),
      content: fc.constant("as it was"),
      preview: fc.record({
        address: fc.constantFrom('"', "\\", "nowhere"),
        title: fc.option(fc.constantFrom(...HOSTILE), { nil: undefined }),
        picture: fc.option(file, { nil: undefined }),
      }),
    }),
    fc.constant({ kind: "d" as const }),
    fc.record({
      kind: fc.constant("r" as const),
      emoji: fc.constantFrom("👍", "🎉"),
      on: fc.boolean(),
    }),
  );
  const step = fc.oneof(
    said,
    fc.record({ at: fc.nat(), change }),
  );
  let room = 0;
  test("entries applied in order give the page of history", () =>
    fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
        const name = `order-${room += 1}`;
        await log.watch(name);
        const made: { epoch: string; offset: number }[] = [];
        for (const step of steps) {
          if ("content" in step) {
            made.push(await say(name, step));
            continue;
          }
          const target = made[step.at % made.length];
          if (!target) continue;
          await amend(name, target.epoch, target.offset, step.change);
        }
        const { messages, offset } = await log.page(name, { limit: 100 });
        const heard = () =>
          recorder.heard.flatMap(([id, entry]) => id === name ? [entry] : []);
        await until(() => heard().length === offset);
        const live = heard().sort((a, b) => a.offset - b.offset);
        expect(applyAmendments(live, live)).toEqual(messages);
        const { entries } = await log.read(name, 0, 100);
        expect(applyAmendments(entries, entries)).toEqual(messages);
        for (const { deletedAt, content, voice } of messages) {
          if (deletedAt === undefined) {
            expect(content !== "" || voice !== undefined).toBe(true);
          } else expect([content, voice]).toEqual(["", undefined]);
        }
        log.unwatch(name);
      }),
      { numRuns: 25 },
    ), 30_000);
}
