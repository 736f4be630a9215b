import { afterAll, beforeAll, expect, test } from "bun:test";
import { termsOf } from "../text/terms.ts";
import { messageEntry } from "./making.ts";
import type { RoomLog } from "./log.ts";
import type { SearchQuery } from "./search.ts";
import { draft, Recorder, settled } from "./testing.ts";
import { amend, eachStore, engineStore, type Open } from "./testing-stores.ts";
import type { Parts } from "../protocol.ts";

eachStore("log, searching,", searching);
engineStore("log, searching,", searching);

const DAY = 86_400_000;

function searching(open: Open): void {
  let log: RoomLog;
  beforeAll(async () => {
    log = await open(new Recorder());
  });
  afterAll(() => log.close());

  /** Sends to a room, each a while after the one before. */
  let clock = DAY * 365 * 50;
  const send = (room: string, clientId: string, parts: Parts, from = "ann") => {
    const sender = { id: from, name: from };
    clock += 1_000;
    const origin = { roomId: room, clientId, sender, timestamp: clock };
    return log.append(messageEntry(origin, parts));
  };
  const say = (
    room: string,
    clientId: string,
    content: string,
    from?: string,
  ) => send(room, clientId, { content }, from);

  const ask = (
    words: string,
    rooms: string[],
    more: Partial<SearchQuery> = {},
  ) =>
    log.search({
      ...{ rooms, terms: termsOf(words), has: [], order: "newest", limit: 20 },
      // However slow the machine is.
      budget: 60_000,
      glance,
      ...more,
    });
  const idsOf = async (...call: Parameters<typeof ask>) =>
    (await ask(...call)).messages.map(({ clientId }) => clientId);

  /** How many messages are looked at before an index is asked; undefined: as always. */
  let glance: number | undefined;

  /** Says the same when all has just been written, and once it is in an index. */
  async function both(check: () => Promise<void>): Promise<void> {
    await check();
    await settled(log);
    await check();
    for (glance of [0, 7]) await check();
    glance = undefined;
  }

  test("finds what a text says now, newest first, in these rooms alone", async () => {
    await say("now", "c1", "The Harbour at night");
    await say("other", "o1", "harbour, elsewhere");
    await say("now", "c2", "nothing of it");
    await say("now", "c3", "HARBOURS again");
    await say("now", "c4", "a typo: harbuor");
    await say("now", "c5", "harbour, deleted");
    await say("third", "t1", "harbour, third");
    await settled(log);
    await say("now", "c6", "harbour, no longer");
    await amend(log, "now", "c4", { kind: "e", content: "no typo: harbour" });
    await amend(log, "now", "c5", { kind: "d" });
    await amend(log, "now", "c6", { kind: "e", content: "changed" });
    await both(async () => {
      expect(await idsOf("harbour", ["now"])).toEqual(["c4", "c3", "c1"]);
      const page = await ask("night harb", ["now", "third", "nowhere"]);
      expect(page).toMatchObject({
        messages: [{ roomId: "now", content: "The Harbour at night" }],
        next: null,
      });
      const all = await idsOf("harbour", ["now", "third", "other"]);
      expect(all).toEqual(["t1", "c4", "c3", "o1", "c1"]);
      expect(await idsOf("deleted", ["now"])).toEqual([]);
      expect(await idsOf("typo harbuor", ["now"])).toEqual([]);
      expect(await idsOf("harbour", ["nowhere"])).toEqual([]);
      expect(await idsOf("harbour", [])).toEqual([]);
    });
    await amend(log, "now", "c4", { kind: "e", content: "once more" });
    await amend(log, "now", "c1", { kind: "d" });
    await both(async () => {
      expect(await idsOf("harbour", ["now"])).toEqual(["c3"]);
      expect(await idsOf("once", ["now"])).toEqual(["c4"]);
    });
  });

  test("takes a search for text, whatever it looks like", async () => {
    const texts = [
      ...["100% sure", "100 sure", "a_b", "axb", "ÉCOLE", "ＦＵＬＬ"],
      ...[
        "東京都に住む",
        "O’Brien’s café",
        "tokens:x OR y",
        "NEAR(a b)",
        "🎂!",
      ],
    ];
    for (const [i, text] of texts.entries()) await say("odd", `c${i}`, text);
    const found: [string, number[]][] = [
      ["100%", [0]],
      ["a_b", [2]],
      [".*", []],
      ["e\u0301cole", [4]],
      ["full", [5]],
      ["京都", [6]],
      ["住", [6]],
      ["o'brien cafe", [7]],
      ["OR", [8]],
      ["tokens:x", [8]],
      ["tokens:zzz", []],
      ["near(a", [9]],
      ["NEAR(", [9]],
      ["🎂", [10]],
      ["🎂!", [10]],
      ["*", []],
      ["^100", []],
      ["_rodd", []],
      ['100" OR "', []],
      ['x" OR "y', [8]],
      ["') DROP", []],
      ['"o\'brien"', [7]],
      ['"住む"', [6]],
    ];
    await both(async () => {
      for (const [wanted, places] of found) {
        const ids = places.map((place) => `c${place}`);
        const got = await idsOf(wanted, ["odd"]);
        expect([wanted, ...got]).toEqual([wanted, ...ids]);
      }
      for (
        const hostile of ['"'.repeat(200), "(".repeat(200), "a ".repeat(100)]
      ) {
        await ask(hostile, ["odd"]);
      }
    });
  });

  test("finds by who, when and what", async () => {
    const voice = { clip: "v" };
    const file = { id: "f", name: "Résumé-2026.pdf", type: "x/y", size: 1 };
    await say("by", "c1", "plain", "ben");
    await send("by", "c2", { content: "spoken words", voice }, "ann");
    await send("by", "c3", { content: "", files: [file] }, "ben");
    await say("by", "c4", "see https://example.org/a", "cleo");
    const third = clock;
    clock += 3 * DAY;
    await say("by", "c5", "plain and late", "ann");
    const rooms = ["by"];
    await both(async () => {
      expect(await idsOf("", rooms, { from: ["ben"] })).toEqual(["c3", "c1"]);
      expect(await idsOf("plain", rooms, { from: ["ann", "cleo"] }))
        .toEqual(["c5"]);
      expect(await idsOf("", rooms, { has: ["voice"] })).toEqual(["c2"]);
      expect(await idsOf("", rooms, { has: ["file"] })).toEqual(["c3"]);
      expect(await idsOf("", rooms, { has: ["link"] })).toEqual(["c4"]);
      expect(await idsOf("", rooms, { has: ["link", "file"] })).toEqual([]);
      expect(await idsOf("resume", rooms)).toEqual(["c3"]);
      expect(await idsOf("spoken", rooms)).toEqual(["c2"]);
      expect(await idsOf("plain", rooms, { after: third })).toEqual(["c5"]);
      expect(await idsOf("", rooms, { after: third })).toEqual(["c5", "c4"]);
      expect(await idsOf("", rooms, { before: third }))
        .toEqual(["c3", "c2", "c1"]);
      expect(await idsOf("", rooms, { before: third - 2_000, after: 1 }))
        .toEqual(["c1"]);
    });
  });

  test("finds the title of a link, as long as it is shown", async () => {
    const address = "https://example.org/a";
    const preview = { address, title: "Lighthouses of Brittany" };
    for (const id of ["c1", "c2", "c3", "c4"]) {
      await say("titles", id, `look: ${address}`);
    }
    await settled(log);
    const content = `look: ${address}`;
    for (const id of ["c1", "c2", "c3", "c4"]) {
      await amend(log, "titles", id, { kind: "e", content, preview });
    }
    const found = () => idsOf("lighthouse look", ["titles"]);
    await both(async () => {
      expect(await found()).toEqual(["c4", "c3", "c2", "c1"]);
    });
    const removed = { kind: "e", content, preview: { address } } as const;
    await amend(log, "titles", "c2", removed);
    await amend(log, "titles", "c3", { kind: "e", content: "look: nowhere" });
    await amend(log, "titles", "c4", { kind: "d" });
    await both(async () => {
      expect(await found()).toEqual(["c1"]);
    });
  });

  test("the best come first where that is asked for", async () => {
    await say("best", "c1", "pear tree");
    await say("best", "c2", `the tree has a pear, and ${"so on ".repeat(99)}`);
    await say("best", "c3", "pears in a treetop");
    await say("best", "c4", "peartree");
    await both(async () => {
      const found = await idsOf("pear tree", ["best"], { order: "best" });
      expect(found).toEqual(["c1", "c2", "c3"]);
      const few = { order: "best", limit: 1 } as const;
      const page = await ask("pear tree", ["best"], few);
      expect(page).toMatchObject({ messages: [{ clientId: "c1" }], bestOf: 3 });
      expect(await ask("pear", ["best"])).not.toHaveProperty("bestOf");
    });
  });

  test("goes on from where a page ended", async () => {
    const count = 230;
    for (let i = 1; i <= count; i += 1) {
      const text = i % 10 === 0 ? "needle everywhere" : "hay everywhere";
      await say("long", `c${i}`, text, i % 20 === 0 ? "ann" : "ben");
    }
    const expected = Array.from({ length: 23 }, (_, i) => `c${i * 10 + 10}`);
    await both(async () => {
      for (const more of [{ limit: 5 }, { limit: 5, budget: 0, least: 0 }]) {
        const found: string[] = [];
        let cursor: string | undefined, pages = 0;
        do {
          const page = await ask("needle", ["long"], { ...more, cursor });
          found.push(...page.messages.map(({ clientId }) => clientId));
          cursor = page.next ?? undefined;
          pages += 1;
        } while (cursor !== undefined);
        expect(found).toEqual(expected.toReversed());
        expect(pages).toBeGreaterThan(4);
      }
      // Others had the machine until all of its time was gone.
      const busy = await idsOf("needle", ["long"], { budget: 0 });
      expect(busy).toEqual(expected.toReversed().slice(0, 20));
      // What each message has narrows nothing, and still has to be there.
      const all = { limit: 100 };
      for (const words of ["needle", "everyw needle", "every need"]) {
        expect(await idsOf(words, ["long"], all))
          .toEqual(expected.toReversed());
      }
      const byAnn = { ...all, from: ["ann"] };
      const every20th = expected.filter((_, i) => i % 2 === 1).toReversed();
      expect(await idsOf("every", ["long"], byAnn)).toEqual(every20th);
      expect(await idsOf("hay every", ["long"], byAnn)).toEqual([]);
    });
  });

  test("a room that is deleted is not found, its name used again is", async () => {
    for (let i = 1; i <= 70; i += 1) await say("ending", `c${i}`, "finale");
    await settled(log);
    await log.deleteRoom("ending");
    expect(await idsOf("finale", ["ending"])).toEqual([]);
    await say("ending", "again", "finale, again");
    await both(async () => {
      expect(await idsOf("finale", ["ending"])).toEqual(["again"]);
    });
  });

  test("what is put back from a backup is found", async () => {
    await say("saved", "c1", "treasure");
    const { entries } = await log.read("saved", 0, 10);
    await log.restore("restored", entries, {});
    await both(async () => {
      expect(await idsOf("treasure", ["restored"])).toEqual(["c1"]);
    });
  });

  test("what is trimmed is not found", async () => {
    await log.append(draft("trimmed", "c1", "ancient words"));
    await amend(log, "trimmed", "c1", {
      kind: "e",
      content: "ancient, edited",
    });
    await log.append(draft("trimmed", "c2", "ancient too"));
    await log.append(draft("trimmed", "c3", "ancient, the newest"));
    await settled(log);
    expect(await log.trim(clock + 1)).toBeGreaterThan(1);
    await both(async () => {
      expect(await idsOf("ancient", ["trimmed"])).toEqual(["c3"]);
    });
  });
}
