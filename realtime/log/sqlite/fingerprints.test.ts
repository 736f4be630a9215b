import type { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import fc from "fast-check";
import { Fingerprints } from "./fingerprints.ts";
import { openDatabase } from "./schema.ts";

function store(db: Database, fingerprint: number, offset: number): number {
  const { lastInsertRowid } = db.query(
    `INSERT INTO entries (room, offset, count, epoch, fingerprints, timestamp,
     kind, body) VALUES (1, ?, 1, 1, json_array(?), 1, 'm', '')`,
  ).run(offset, fingerprint);
  return Number(lastInsertRowid);
}

const found = (db: Database, fingerprints: Fingerprints, fingerprint: number) =>
  fingerprints.find(fingerprint).filter((id) =>
    db.query(
      "SELECT 1 FROM entries WHERE id = ? AND fingerprints = json_array(?)",
    )
      .get(id, fingerprint)
  ).sort((a, b) => a - b);

/** The fingerprints of the test: random numbers, as they are. */
const FINGERPRINTS = Array.from(
  { length: 41 },
  () => Math.floor(Math.random() * 2 ** 53),
);
const fingerprint = fc.constantFrom(...FINGERPRINTS);
const step = fc.oneof(
  fc.record({
    type: fc.constantFrom("commit", "undo"),
    added: fc.array(fingerprint, { maxLength: 8 }),
  }),
  fc.record({ type: fc.constant("delete newest"), added: fc.constant([]) }),
  fc.record({ type: fc.constant("delete newer"), added: fc.constant([]) }),
  fc.record({ type: fc.constant("delete oldest"), added: fc.constant([]) }),
  fc.record({ type: fc.constant("crash"), added: fc.constant([]) }),
);

/** A room that ends may take the newest entries with it; their ids are given again. */
const DELETED: Record<string, string> = {
  "delete newest": "DESC LIMIT 1",
  "delete newer": "DESC LIMIT 7",
  "delete oldest": "LIMIT 1",
};

test(
  "finds every entry that is there, whatever was undone, deleted or forgotten",
  () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const db = openDatabase(":memory:");
        let fingerprints = new Fingerprints(db, 5, 32), offset = 0;
        for (const { type, added } of steps) {
          if (type === "crash") fingerprints = new Fingerprints(db, 5, 32);
          if (type in DELETED) {
            db.run(
              `DELETE FROM entries WHERE id IN
             (SELECT id FROM entries ORDER BY id ${DELETED[type]})`,
            );
          }
          db.run("BEGIN IMMEDIATE");
          for (const each of added) {
            fingerprints.find(each);
            fingerprints.add(each, store(db, each, offset += 1));
          }
          db.run(type === "undo" ? "ROLLBACK" : "COMMIT");
          if (type === "undo") fingerprints.undone();
          else fingerprints.committed();
        }
        const rows = db.query<{ id: number; fingerprint: number }, []>(
          "SELECT id, fingerprints ->> 0 AS fingerprint FROM entries ORDER BY id",
        ).all();
        for (const each of FINGERPRINTS) {
          const ids = rows.filter((row) => row.fingerprint === each)
            .map(({ id }) => id);
          const all = [...new Set(found(db, fingerprints, each))];
          expect(all).toEqual(ids);
        }
        db.close();
      }),
      { numRuns: 1000 },
    );
  },
  60_000,
);

/** Adds an entry for each fingerprint, in one transaction. */
function commit(db: Database, to: Fingerprints, ...added: number[]): void {
  db.run("BEGIN IMMEDIATE");
  for (const each of added) to.add(each, store(db, each, newOffset += 1));
  db.run("COMMIT");
  to.committed();
}
let newOffset = 0;

test("a crash loses no entry whose id was another's before", () => {
  const db = openDatabase(":memory:");
  const fingerprints = new Fingerprints(db, 5, 32);
  commit(db, fingerprints, 1, 2, 3, 4, 5);
  commit(db, fingerprints, 6, 7, 8);
  db.run("DELETE FROM entries WHERE id > 1");
  commit(db, fingerprints, 90, 91);
  commit(db, fingerprints, 92);
  const later = new Fingerprints(db, 5, 32);
  for (const each of [90, 91, 92]) {
    expect(found(db, later, each)).toHaveLength(1);
  }
  db.close();
});

test("remembers how far it is when nothing was added meanwhile", () => {
  const db = openDatabase(":memory:");
  const fingerprints = new Fingerprints(db, 5, 32);
  for (let each = 0; each < 60; each += 1) {
    commit(db, fingerprints, each);
    // A read position, say.
    commit(db, fingerprints);
  }
  const { reach } = db.query<{ reach: number }, []>(
    "SELECT reach FROM fingerprints_reach",
  ).get() ?? { reach: 0 };
  expect(reach).toBeGreaterThan(45);
  db.close();
});
