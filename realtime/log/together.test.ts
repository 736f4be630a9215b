import { afterAll, beforeAll, expect, test } from "bun:test";
import fc from "fast-check";
import { applyAmendments } from "./amending.ts";
import type { Entry } from "./entry.ts";
import { entryOrigin } from "./lines.ts";
import { amendmentEntry, messageEntry } from "./making.ts";
import type { Appended, RoomLog } from "./log.ts";
import { draft, Recorder } from "./testing.ts";
import { eachStore, type Open } from "./testing-stores.ts";

eachStore("log, of what comes together,", together);

/** Messages and amendments that are sent in one moment, so that they may share a place. */
interface Burst {
  /** How many new messages. */
  messages: number;
  /** Which earlier messages are sent again, deleted and edited. */
  repeated: number[];
  deleted: number[];
  edited: number[];
}
const earlier = fc.array(fc.nat(400), { maxLength: 4 });
const burst: fc.Arbitrary<Burst> = fc.record({
  messages: fc.oneof(fc.nat(9), fc.integer({ min: 60, max: 140 })),
  repeated: earlier,
  deleted: earlier,
  edited: earlier,
});

function together(open: Open): void {
  let log: RoomLog, recorder: Recorder;
  beforeAll(async () => {
    recorder = new Recorder();
    log = await open(recorder);
  });
  afterAll(() => log.close());

  /** Sends bursts to a room, one after the other; gives what came of each clientId. */
  async function send(room: string, bursts: Burst[]) {
    const sent = new Map<string, Appended>();
    const append = async (clientId: string) => {
      const by = Number(clientId.slice(1)) % 3 === 0 ? "ben" : "ann";
      const first = sent.get(clientId);
      const done = await log.append(draft(room, clientId, undefined, by));
      if (first) expect(done).toEqual({ ...first, repeated: true });
      else sent.set(clientId, done);
    };
    const amend = async (at: number, kind: "d" | "e") => {
      const { epoch, offset } = sent.get(`c${at}`) as Appended;
      const message = await log.find(room, `${epoch}-${offset}`);
      if (!message) throw new Error("It should be there.");
      const sender = { id: "cy", name: "cy" };
      const clientId = crypto.randomUUID();
      const origin = { roomId: room, clientId, sender, timestamp: 2_000 };
      const change = kind === "d"
        ? { kind } as const
        : { kind, content: `Edited ${at}` } as const;
      await log.append(amendmentEntry(origin, message, change));
    };
    for (const { messages, repeated, deleted, edited } of bursts) {
      const before = sent.size;
      const known = (list: number[]) =>
        before === 0 ? [] : list.map((at) => at % before);
      await Promise.all([
        ...Array.from({ length: messages }, (_, i) => append(`c${before + i}`)),
        ...known(repeated).map((at) => append(`c${at}`)),
        ...known(deleted).map((at) => amend(at, "d")),
        ...known(edited).map((at) => amend(at, "e")),
      ]);
    }
    return sent;
  }

  const idsOf = (entries: Entry[]) =>
    entries.map((entry) => [entry.offset, entryOrigin(entry).clientId]);

  /** Compares all ways to read a room with one reading of everything. */
  async function check(room: string, sent: Map<string, Appended>) {
    const { entries: all, offset } = await log.read(room, 0, 10_000);
    expect(all.map((entry) => entry.offset)).toEqual(all.map((_, i) => i + 1));
    expect(offset).toBe(all.length);
    // A subscription and an answer may overtake each other; a room puts them in order.
    const heard = recorder.heard.filter(([roomId]) => roomId === room)
      .map(([, entry]) => entry).sort((a, b) => a.offset - b.offset);
    expect(idsOf(heard)).toEqual(idsOf(all));
    for (const [clientId, { offset, timestamp }] of sent) {
      const origin = entryOrigin(all[offset - 1] as Entry);
      expect(origin).toMatchObject({ clientId, timestamp });
    }
    const messages = applyAmendments(all, all);
    for (const message of messages) {
      const own = all[message.offset - 1] as Entry;
      expect(own.parts === "").toBe(message.deletedAt !== undefined);
      expect(await log.find(room, message.id)).toEqual(message);
    }
    for (let at = 0; at <= all.length; at += 1 + Math.floor(all.length / 9)) {
      for (const limit of [1, 7, 200]) {
        const slice = await log.read(room, at, limit);
        expect(slice.entries).toEqual(all.slice(at, at + limit));
        const older = messages.filter((it) => it.offset < at).slice(-limit);
        const before = await log.page(room, { before: at, limit });
        expect(before.messages).toEqual(older);
        const newer = messages.filter((it) => it.offset > at).slice(0, limit);
        const after = await log.page(room, { after: at, limit });
        expect(after.messages).toEqual(newer);
      }
      await log.markRead(room, "ann", at);
      const summary = (await log.summaries("ann", [room]))[room];
      const unread = messages.filter((it) =>
        it.offset > at && it.sender.id !== "ann" && it.deletedAt === undefined
      );
      if (all.length < 500) expect(summary?.unread).toBe(unread.length);
    }
  }

  test("keeps, finds and deletes each by itself", async () => {
    let room = 0;
    const bursts = fc.array(burst, { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(bursts, async (bursts) => {
        const name = `together-${room += 1}`;
        await log.watch(name);
        await check(name, await send(name, bursts));
        log.unwatch(name);
      }),
      { numRuns: 12 },
    );
  }, 60_000);

  test("trims none that is young enough, and later all of them", async () => {
    const at = (clientId: string, timestamp: number) => {
      const sender = { id: "ann", name: "ann" };
      const origin = { roomId: "mixed", clientId, sender, timestamp };
      return log.append(messageEntry(origin, { content: "x" }));
    };
    await Promise.all(
      Array.from({ length: 300 }, (_, i) => at(`c${i}`, 2_000 + i)),
    );
    await at("newest", 9_000);
    await log.trim(2_250);
    const { entries } = await log.read("mixed", 0, 1_000);
    const offsets = entries.map(({ offset }) => offset);
    expect(offsets).toEqual(offsets.map((_, i) => 302 - offsets.length + i));
    expect(offsets.length).toBeGreaterThanOrEqual(51);
    expect(offsets.length).toBeLessThan(51 + 64);
    for (const { offset } of entries) {
      const clientId = offset === 301 ? "newest" : `c${offset - 1}`;
      expect(await at(clientId, 9_000)).toMatchObject({ offset });
    }
    await log.trim(9_001);
    const left = (await log.read("mixed", 0, 1_000)).entries;
    expect(left.map(({ offset }) => offset)).toEqual([301]);
    expect(await at("c7", 9_000)).toMatchObject({ repeated: false });
  });
}
