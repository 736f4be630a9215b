import type { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import fc from "fast-check";
import { Fingerprints } from "./sqlite-fingerprints.ts";
import { openDatabase } from "./sqlite-schema.ts";

function store(db: Database, fingerprint: number, offset: number): number {
  const { lastInsertRowid } = db.query(
    `INSERT INTO entries (room, offset, epoch, person, fingerprint, timestamp,
     kind, body) VALUES (1, ?, 1, 1, ?, 1, 'm', '')`,
  ).run(offset, fingerprint);
  return Number(lastInsertRowid);
}

const found = (db: Database, fingerprints: Fingerprints, fingerprint: number) =>
  fingerprints.find(fingerprint).filter((id) =>
    db.query("SELECT 1 FROM entries WHERE id = ? AND fingerprint = ?")
      .get(id, fingerprint)
  ).sort((a, b) => a - b);

const fingerprint = fc.integer({ min: 0, max: 40 });
const step = fc.oneof(
  fc.record({
    type: fc.constantFrom("commit", "undo"),
    added: fc.array(fingerprint, { maxLength: 8 }),
  }),
  fc.record({ type: fc.constant("delete newest"), added: fc.constant([]) }),
  fc.record({ type: fc.constant("delete oldest"), added: fc.constant([]) }),
  fc.record({ type: fc.constant("crash"), added: fc.constant([]) }),
);

test("finds every entry that is there, whatever was undone, deleted or forgotten", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const db = openDatabase(":memory:");
      let fingerprints = new Fingerprints(db, 5), offset = 0;
      for (const { type, added } of steps) {
        if (type === "crash") fingerprints = new Fingerprints(db, 5);
        if (type.startsWith("delete")) {
          const which = type === "delete newest" ? "max" : "min";
          db.run(
            `DELETE FROM entries WHERE id = (SELECT ${which}(id) FROM entries)`,
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
        "SELECT id, fingerprint FROM entries ORDER BY id",
      ).all();
      for (let each = 0; each <= 40; each += 1) {
        const ids = rows.filter((row) => row.fingerprint === each)
          .map(({ id }) => id);
        const all = [...new Set(found(db, fingerprints, each))];
        expect(all).toEqual(ids);
      }
      db.close();
    }),
    { numRuns: 1000 },
  );
});

test("takes over a log that had an index instead", () => {
  const db = openDatabase(":memory:");
  db.run("CREATE INDEX entries_by_fingerprint ON entries (fingerprint)");
  const id = store(db, 7, 1);
  expect(new Fingerprints(db).find(7)).toEqual([id]);
  const indices = db.query("PRAGMA index_list(entries)").all();
  expect(JSON.stringify(indices)).not.toContain("entries_by_fingerprint");
  db.close();
});
