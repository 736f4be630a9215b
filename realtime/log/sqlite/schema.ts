import { Database } from "bun:sqlite";
import { makeMemberTables } from "./members.ts";
import { makeSearchTables } from "./search-index.ts";

/**
 * Rows are appended in the order of an integer key, and the indices hold integers only:
 * with text, or with PRIMARY KEY (room, offset), a commit touches several times the pages.
 * A row has `count` entries, `offset` is that of the first, see {@link Rows}. `amends` is the
 * offset of the message an edit, a deletion or a reaction belongs to; `fingerprints`, a JSON
 * array, find a repeated clientId (the body settles a collision), see {@link Fingerprints}.
 * `alerts` has rooms in which somebody may have to be told of something, and since when.
 * `leftovers` has what was attached to parts that are gone, until web has taken it.
 */
const SCHEMA = `
CREATE TABLE IF NOT EXISTS rooms (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, epoch INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS people (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE
);
CREATE TABLE IF NOT EXISTS entries (
  id INTEGER PRIMARY KEY,
  room INTEGER NOT NULL,
  offset INTEGER NOT NULL,
  count INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  fingerprints TEXT NOT NULL,
  amends INTEGER,
  timestamp INTEGER NOT NULL,
  kind TEXT NOT NULL,
  body TEXT NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS entries_by_offset ON entries (room, offset);
CREATE INDEX IF NOT EXISTS entries_by_target ON entries (room, amends)
  WHERE amends IS NOT NULL;
CREATE TABLE IF NOT EXISTS reads (
  room INTEGER NOT NULL, person INTEGER NOT NULL, offset INTEGER NOT NULL,
  PRIMARY KEY (room, person)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS removals (
  room TEXT NOT NULL, person TEXT NOT NULL, at INTEGER NOT NULL,
  PRIMARY KEY (room, person)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS alerts (
  room TEXT PRIMARY KEY, at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS leftovers (
  id INTEGER PRIMARY KEY AUTOINCREMENT, room TEXT NOT NULL, attached TEXT NOT NULL
);
`;

/** From the rows of version 0, which held one entry each; their ids stay. */
const MIGRATION = `
ALTER TABLE entries RENAME TO entries_before;
DROP INDEX entries_by_offset;
DROP INDEX entries_by_target;
${SCHEMA}
INSERT INTO entries
  SELECT id, room, offset, 1, epoch, json_array(fingerprint), amends, timestamp,
    kind, body FROM entries_before;
DROP TABLE entries_before;
`;

/** 1: rows hold several entries. 2: lines have a tab (older ones do not), and leftovers. 3: alerts. */
const VERSION = 3;

/** Makes the tables, or those of today from those of before. */
function migrate(db: Database): void {
  if (versionOf(db) >= VERSION) return;
  db.transaction(() => {
    // Another connection may have been faster.
    const version = versionOf(db);
    if (version >= VERSION) return;
    const made = db.query("SELECT 1 FROM pragma_table_info('entries')").get();
    db.run(made && version === 0 ? MIGRATION : SCHEMA);
    db.run(`PRAGMA user_version = ${VERSION}`);
  }).immediate();
}

const versionOf = (db: Database): number =>
  db.query<{ version: number }, []>(
    "SELECT user_version AS version FROM pragma_user_version",
  ).get()?.version ?? 0;

/**
 * Opens the database at `path`, making it if need be. `synchronous=FULL` puts every
 * commit on the disk before it returns.
 */
export function openDatabase(path: string): Database {
  const db = new Database(path, { create: true, strict: true });
  // Of a file that is new. Rows of several messages fill larger pages better.
  db.run("PRAGMA page_size = 8192");
  db.run("PRAGMA journal_mode = WAL");
  db.run("PRAGMA synchronous = FULL");
  db.run("PRAGMA busy_timeout = 2000");
  // What is deleted is overwritten, not just unlinked.
  db.run("PRAGMA secure_delete = ON");
  db.run("PRAGMA cache_size = -65536");
  migrate(db);
  makeMemberTables(db);
  makeSearchTables(db);
  // A crash may have come between an erasure and the clearing of its traces.
  clearWriteAhead(db);
  return db;
}

/**
 * Moves everything into the database and empties the write-ahead file, which otherwise keeps the
 * pages of before an erasure until it is next reused. False while somebody else is at work, and
 * then it has to be done later (https://www.sqlite.org/pragma.html#pragma_wal_checkpoint).
 */
export function clearWriteAhead(db: Database): boolean {
  try {
    const state = db.query<{ busy: number }, []>(
      "PRAGMA wal_checkpoint(TRUNCATE)",
    ).get();
    return state?.busy === 0;
  } catch {
    // Locked, or out of disk: the messages are safe, and this is tried again.
    return false;
  }
}
