import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { entryId, type NewEntry } from "../entry.ts";
import { amendmentEntry } from "../making.ts";
import { SqliteLog } from "./log.ts";
import { draft, Recorder, version1Line } from "../testing.ts";

/** What the first version made. */
const BEFORE = `
CREATE TABLE rooms (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, epoch INTEGER NOT NULL
);
CREATE TABLE people (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE
);
CREATE TABLE entries (
  id INTEGER PRIMARY KEY,
  room INTEGER NOT NULL,
  offset INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  person INTEGER NOT NULL,
  fingerprint INTEGER NOT NULL,
  amends INTEGER,
  timestamp INTEGER NOT NULL,
  kind TEXT NOT NULL,
  body TEXT NOT NULL
);
CREATE UNIQUE INDEX entries_by_offset ON entries (room, offset);
CREATE INDEX entries_by_target ON entries (room, amends)
  WHERE amends IS NOT NULL;
CREATE TABLE reads (
  room INTEGER NOT NULL, person INTEGER NOT NULL, offset INTEGER NOT NULL,
  PRIMARY KEY (room, person)
) WITHOUT ROWID;
CREATE TABLE removals (
  room TEXT NOT NULL, person TEXT NOT NULL, at INTEGER NOT NULL,
  PRIMARY KEY (room, person)
) WITHOUT ROWID;
CREATE TABLE fingerprints (
  fingerprint INTEGER NOT NULL, entry INTEGER NOT NULL,
  PRIMARY KEY (fingerprint, entry)
) WITHOUT ROWID;
CREATE TABLE fingerprints_reach (reach INTEGER NOT NULL);
INSERT INTO fingerprints_reach SELECT 0;
CREATE TRIGGER forget_fingerprint AFTER DELETE ON entries BEGIN
  DELETE FROM fingerprints
  WHERE fingerprint = old.fingerprint AND entry = old.id;
END;
INSERT INTO rooms VALUES (1, 'old', 1700000000000);
INSERT INTO people VALUES (1, 'ann');
INSERT INTO reads VALUES (1, 1, 2);
`;

function fingerprintOf({ roomId, sender, clientId }: NewEntry): number {
  const hash = Bun.hash.xxHash64(`${roomId}\0${sender.id}\0${clientId}`);
  return Number(BigInt.asUintN(53, hash));
}

test("takes over a log of the first version, with all that is in it", async () => {
  const folder = mkdtempSync(join(tmpdir(), "before-"));
  const db = new Database(join(folder, "rooms.sqlite"), { create: true });
  db.run(BEFORE);
  const store = (entry: NewEntry, offset: number, inTable: boolean) => {
    const fingerprint = fingerprintOf(entry);
    const { kind, target = null, timestamp } = entry;
    const body = version1Line(entry);
    db.run(
      `INSERT INTO entries VALUES (?, 1, ?, 1700000000000, 1, ?, ?, ?, ?, ?)`,
      [offset, offset, fingerprint, target, timestamp, kind, body],
    );
    if (!inTable) return;
    db.run("INSERT INTO fingerprints VALUES (?, ?)", [fingerprint, offset]);
    db.run("UPDATE fingerprints_reach SET reach = ?", [offset]);
  };
  for (let i = 1; i <= 5; i += 1) store(draft("old", `c${i}`), i, i < 4);
  const { sender } = draft("old", "e1");
  const origin = { roomId: "old", clientId: "e1", sender, timestamp: 2_000 };
  const id = entryId("1700000000000", 2);
  const change = { kind: "e", content: "Edited" } as const;
  store(amendmentEntry(origin, { id, offset: 2 }, change), 6, false);
  db.close();

  for (let opened = 1; opened <= 2; opened += 1) {
    const log = new SqliteLog(folder, new Recorder());
    const { messages, offset } = await log.page("old", { limit: 9 });
    expect(offset).toBe(6);
    expect(messages.map((it) => it.content)).toEqual(
      ["Text of c1", "Edited", "Text of c3", "Text of c4", "Text of c5"],
    );
    for (const i of [1, 3, 4, 5]) {
      expect(await log.append(draft("old", `c${i}`)))
        .toMatchObject({ offset: i, repeated: true });
    }
    expect(await log.readers("old")).toEqual({ ann: 2 });
    await log.close();
  }
  const log = new SqliteLog(folder, new Recorder());
  const done = await Promise.all(
    ["n1", "n2", "n3"].map((clientId) => log.append(draft("old", clientId))),
  );
  expect(done.map(({ offset }) => offset)).toEqual([7, 8, 9]);
  expect(await log.trim(1_001)).toBe(5);
  expect(await log.append(draft("old", "c1")))
    .toMatchObject({ offset: 10, repeated: false });
  await log.close();
  rmSync(folder, { recursive: true });
});
