import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import fc from "fast-check";
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { termsOf } from "../../text/terms.ts";
import type { RoomLog } from "../log.ts";
import { draft, Recorder, settled } from "../testing.ts";
import { amend } from "../testing-stores.ts";
import { SqliteLog } from "./log.ts";
import { openDatabase } from "./schema.ts";
import { makeAnew, SearchIndex } from "./search-index.ts";
import { AMENDMENTS } from "./search-reads.ts";

/** Runs something with a folder that is there meanwhile. */
async function inFolder(work: (folder: string) => Promise<void>) {
  const folder = mkdtempSync(join(tmpdir(), "index-"));
  try {
    await work(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const openFile = (folder: string) => new Database(join(folder, "rooms.sqlite"));

/** Which messages have which tokens in the index, as a text. */
function contentOf(db: Database): string {
  db.run("INSERT INTO search (search) VALUES ('integrity-check')");
  db.run(
    "CREATE VIRTUAL TABLE temp.words USING fts5vocab(main, search, instance)",
  );
  const rows = db.query<{ term: string; doc: number }, []>(
    "SELECT term, doc FROM temp.words ORDER BY term, doc",
  ).all();
  db.run("DROP TABLE temp.words");
  return rows.map(({ term, doc }) => `${term} ${doc}`).join("\n");
}

const find = async (log: RoomLog, words: string, glance?: number) => {
  const terms = termsOf(words);
  const page = await log.search(
    { rooms: ["r"], terms, has: [], order: "newest", limit: 20, glance },
  );
  return page.messages.map(({ clientId }) => clientId);
};

test(
  "no file has a word that was erased, the index neither",
  () =>
    inFolder(async (folder) => {
      const log = new SqliteLog(folder, new Recorder());
      const planted = /qzsecret|qzedited|qzfarewell|qzbygone/;
      const traces = () =>
        readdirSync(folder).filter((name) =>
          planted.test(readFileSync(join(folder, name), "latin1"))
        );
      for (let i = 0; i < 40; i += 1) {
        await log.append(draft("r", `c${i}`, `Other words of ${i}`));
      }
      await log.append(draft("old", "c1", "qzbygone"));
      await log.append(draft("old", "c2", "newer"));
      await log.append(draft("r", "s1", "qzsecret once"));
      await log.append(draft("r", "s2", "qzsecret twice"));
      await log.append(draft("ended", "c1", "qzfarewell"));
      await settled(log);
      await amend(log, "r", "s2", { kind: "e", content: "qzedited" });
      expect(traces()).not.toEqual([]);
      await amend(log, "r", "s1", { kind: "d" });
      await amend(log, "r", "s2", { kind: "d" });
      await log.deleteRoom("ended");
      await log.trim(1_001);
      while (traces().length > 0) await Bun.sleep(20);
      const db = openFile(folder);
      expect(contentOf(db)).not.toMatch(planted);
      db.close();
      await log.close();
      expect(traces()).toEqual([]);
    }),
  60_000,
);

test(
  "what an earlier version wrote is found at once, and put into the index",
  () =>
    inFolder(async (folder) => {
      const before = new SqliteLog(folder, new Recorder());
      for (let i = 1; i <= 300; i += 1) {
        await before.append(draft("r", `c${i}`, `ancient ${i}`));
      }
      await amend(before, "r", "c7", { kind: "e", content: "renewed 7" });
      await before.close();
      const file = openFile(folder);
      for (const table of ["search", "search_state", "search_days"]) {
        file.run(`DROP TABLE ${table}`);
      }
      file.close();
      const log = new SqliteLog(folder, new Recorder());
      expect(log.isIndexing).toBe(true);
      expect(await find(log, "renewed")).toEqual(["c7"]);
      expect(await find(log, "ancient 299")).toEqual(["c299"]);
      // Nobody writes: it is filled all the same.
      await settled(log);
      expect(await find(log, "renewed")).toEqual(["c7"]);
      expect(await find(log, "ancient 299")).toEqual(["c299"]);
      const db = openFile(folder);
      expect(contentOf(db)).toContain("ancient");
      db.close();
      await log.close();
    }),
  60_000,
);

test(
  "an index of another version is made anew",
  () =>
    inFolder(async (folder) => {
      const before = new SqliteLog(folder, new Recorder());
      await before.append(draft("r", "c1", "words"));
      await settled(before);
      await before.close();
      const file = openFile(folder);
      const index = contentOf(file);
      expect(index).toContain("words");
      file.run("UPDATE search_state SET version = 'another'");
      file.run("INSERT INTO search (rowid, tokens) VALUES (999, 'stale')");
      file.close();
      const log = new SqliteLog(folder, new Recorder());
      await settled(log);
      expect(await find(log, "words")).toEqual(["c1"]);
      const again = openFile(folder);
      expect(contentOf(again)).toBe(index);
      again.close();
      await log.close();
    }),
  60_000,
);

test(
  "a damaged index keeps nothing from being deleted, and is made anew",
  () =>
    inFolder(async (folder) => {
      const before = new SqliteLog(folder, new Recorder());
      for (let i = 1; i <= 300; i += 1) {
        await before.append(draft("r", `c${i}`, `words ${i}`));
      }
      await settled(before);
      await before.close();
      const path = join(folder, "rooms.sqlite");
      const bytes = readFileSync(path);
      // Where the index, and not a message, has it.
      const at = bytes.toString("latin1").search(/(?<!content":")words/);
      bytes.fill(255, at - 4, at + 30);
      writeFileSync(path, bytes);
      const log = new SqliteLog(folder, new Recorder());
      // Without a glance it is asked for all of the words.
      expect(await find(log, `words "7"`, 0)).toEqual(["c7"]);
      await amend(log, "r", "c7", { kind: "d" });
      expect((await log.page("r", { after: 6, limit: 1 })).messages)
        .toMatchObject([{ content: "" }]);
      await log.append(draft("r", "later", "words later"));
      await settled(log);
      expect(await find(log, `words "7"`)).toEqual([]);
      expect(await find(log, `words "8"`)).toEqual(["c8"]);
      expect(await find(log, "words later")).toEqual(["later"]);
      await log.close();
    }),
  60_000,
);

test("what changed a message is found by the message, not by reading its room", () => {
  const db = openDatabase(":memory:");
  const plan = db.query<{ detail: string }, [number, number]>(
    `EXPLAIN QUERY PLAN ${AMENDMENTS}`,
  ).all(1, 1);
  expect(plan[0]?.detail).toContain("USING INDEX entries_by_target");
  db.close();
});

const step = (what: string) =>
  fc.record({
    what: fc.constant(what),
    room: fc.constantFrom("r", "s"),
    at: fc.integer({ min: 1, max: 12 }),
  });
const STEPS = ["say", "edit", "preview", "delete", "fill", "end", "trim"];
const ADDRESS = "https://a.test";
const steps = fc.array(fc.oneof(...STEPS.map(step)), { maxLength: 40 });

test(
  "an index that was kept is as one that is made anew, whatever happens",
  () =>
    fc.assert(
      fc.asyncProperty(steps, async (steps) => {
        const db = openDatabase(":memory:");
        const log = new SqliteLog(db, new Recorder());
        const index = new SearchIndex(db);
        const fillAll = () => {
          while (db.transaction(() => index.fill(1))());
        };
        let edits = 0;
        for (const { what, room, at } of steps) {
          const id = `c${at}`;
          if (what === "say") {
            await log.append(draft(room, id, `${ADDRESS} ${id}`));
          } else if (what === "edit") {
            edits += 1;
            await amend(log, room, id, { kind: "e", content: `edit ${edits}` });
          } else if (what === "preview") {
            edits += 1;
            const preview = { address: ADDRESS, title: `title ${edits}` };
            await amend(log, room, id, { kind: "e", content: "", preview });
          } else if (what === "delete") {
            await amend(log, room, id, { kind: "d" });
          } else if (what === "fill") fillAll();
          else if (what === "end") await log.deleteRoom(room);
          else await log.trim(1_500);
        }
        fillAll();
        const kept = contentOf(db);
        makeAnew(db);
        fillAll();
        expect(contentOf(db)).toBe(kept);
        await log.close();
      }),
      { numRuns: 200 },
    ),
  60_000,
);
