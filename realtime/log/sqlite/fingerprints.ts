import type { Database, Statement } from "bun:sqlite";
import { FingerprintFilter } from "./filter.ts";

/** Entries whose fingerprints are kept in memory before they move to the table. */
const YOUNG_LIMIT = 50_000;
/** Fingerprints moved for each that is added. */
const MOVED_FOR_EACH = 2;
const NONE: number[] = [];

/** Rows whose fingerprints are read at once when the log is opened. */
const ROWS_AT_ONCE = 5_000;

/** `entry` is the id of a row of entries; `reach`: the table has all up to this id. */
const SCHEMA = `
CREATE TABLE IF NOT EXISTS fingerprints (
  fingerprint INTEGER NOT NULL, entry INTEGER NOT NULL,
  PRIMARY KEY (fingerprint, entry)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS fingerprints_reach (reach INTEGER NOT NULL);
INSERT INTO fingerprints_reach
  SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM fingerprints_reach);
CREATE TRIGGER IF NOT EXISTS forget_fingerprint AFTER DELETE ON entries BEGIN
  DELETE FROM fingerprints WHERE entry = old.id
  AND fingerprint IN (SELECT value FROM json_each(old.fingerprints));
END;
`;

/**
 * Finds entries by their fingerprint. Fingerprints are random numbers: in an index of
 * SQLite's, a commit would write a page for nearly each of them. Here those of the newest
 * entries are in memory, and later move into a table, many at a time in ascending order
 * (a log-structured merge-tree of two levels, O'Neil et al. 1996). What a crash takes from
 * memory is read from the entries when the log is opened again.
 *
 * What it finds may be gone or of another message: the caller looks.
 */
export class Fingerprints {
  #young = new Map<number, number>();
  #moving = new Map<number, number>();
  /** The fingerprints of `#moving`, ascending; how many were moved, and committed. */
  #order: number[] = [];
  #moved = 0;
  #committed = 0;
  #reach = 0;
  /** The reach that the table says, with this transaction, and as committed. */
  #reachWritten = 0;
  #reachCommitted = 0;
  readonly #filter: FingerprintFilter;
  readonly #find: Statement<{ entry: number }>;
  readonly #insert: Statement;

  /** Makes the table if need be, and puts into it what it lacks. */
  constructor(
    readonly db: Database,
    readonly youngLimit = YOUNG_LIMIT,
    filterBits?: number,
  ) {
    db.run(SCHEMA);
    const recent = () => [...this.#moving.keys(), ...this.#young.keys()];
    this.#filter = new FingerprintFilter(db, recent, filterBits);
    this.#find = db.query(
      "SELECT entry FROM fingerprints WHERE fingerprint = ?",
    );
    this.#insert = db.query("INSERT OR IGNORE INTO fingerprints VALUES (?, ?)");
    this.#catchUp();
  }

  /** The ids of rows that may have this fingerprint. */
  find(fingerprint: number): number[] {
    if (!this.#filter.mayHave(fingerprint)) return NONE;
    const young = this.#young.get(fingerprint);
    const moving = this.#moving.get(fingerprint);
    // There is hardly ever one, and asking for a row costs a fraction of asking for all.
    const old = this.#find.get(fingerprint);
    if (!old && young === undefined && moving === undefined) return NONE;
    return [
      ...this.#find.all(fingerprint).map(({ entry }) => entry),
      ...[young, moving].filter((id) => id !== undefined),
    ];
  }

  /** Adds one of a row, in the transaction that stores it. */
  add(fingerprint: number, id: number): void {
    if (this.#reachWritten < this.#reach) this.#writeReach();
    this.#filter.add(fingerprint);
    // Ids of the newest rows are given again once those are deleted.
    if (id <= this.#reach || this.#young.has(fingerprint)) {
      this.#insert.run(fingerprint, id);
    } else this.#young.set(fingerprint, id);
    for (let i = 0; i < MOVED_FOR_EACH; i += 1) this.#move();
  }

  /** Must be called when a transaction was committed. */
  committed(): void {
    this.#committed = this.#moved;
    this.#reachCommitted = this.#reachWritten;
    this.#filter.readOn();
    if (this.#moved < this.#order.length) return;
    if (this.#young.size < this.youngLimit) return;
    // Not the one added first: it may be gone, and a lower id given again since.
    let oldest = Infinity;
    for (const id of this.#young.values()) oldest = Math.min(oldest, id);
    this.#reach = Math.max(this.#reach, oldest - 1);
    this.#moving = this.#young;
    this.#young = new Map();
    this.#order = [...this.#moving.keys()].sort((a, b) => a - b);
    this.#moved = this.#committed = 0;
  }

  /** Must be called when a transaction was undone. */
  undone(): void {
    this.#moved = this.#committed;
    this.#reachWritten = this.#reachCommitted;
  }

  #move(): void {
    const fingerprint = this.#order[this.#moved];
    if (fingerprint === undefined) return;
    this.#moved += 1;
    this.#insert.run(fingerprint, this.#moving.get(fingerprint) ?? 0);
  }

  /** Puts into the table what only memory had. */
  #catchUp(): void {
    const { reach = 0, newest = 0 } = this.db.query<
      { reach: number; newest: number },
      []
    >(
      `SELECT reach, coalesce((SELECT max(id) FROM entries), 0) AS newest
       FROM fingerprints_reach`,
    ).get() ?? {};
    this.#reach = this.#reachWritten = this.#reachCommitted = reach;
    while (this.#reach < newest) {
      const upTo = Math.min(this.#reach + ROWS_AT_ONCE, newest);
      const rows = this.#read(this.#reach, upTo).sort((a, b) => a[0] - b[0]);
      this.#reach = upTo;
      this.db.transaction(() => {
        for (const row of rows) this.#insert.run(...row);
        this.#writeReach();
      }).immediate();
      this.#reachCommitted = upTo;
    }
  }

  /** Fingerprints and ids of the rows after one id up to another, but of damaged ones. */
  #read(after: number, upTo: number): [fingerprint: number, id: number][] {
    try {
      return this.db.query(
        `SELECT value, entries.id FROM entries, json_each(fingerprints)
         WHERE entries.id > ? AND entries.id <= ?`,
      ).values(after, upTo) as [number, number][];
    } catch (error) {
      if (upTo - after > 1) {
        const middle = Math.floor((after + upTo) / 2);
        return [...this.#read(after, middle), ...this.#read(middle, upTo)];
      }
      if ((error as { code?: string }).code === "SQLITE_CORRUPT") return [];
      throw error;
    }
  }

  #writeReach(): void {
    this.db.query("UPDATE fingerprints_reach SET reach = ?").run(this.#reach);
    this.#reachWritten = this.#reach;
  }
}
