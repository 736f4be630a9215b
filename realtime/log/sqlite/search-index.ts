import type { Database } from "bun:sqlite";
import type { Message } from "../../protocol.ts";
import { tokensOf } from "../../text/tokens.ts";
import { applyAmendments } from "../amending.ts";
import { type Entry, TOGETHER } from "../entry.ts";
import { hasOf, textOf } from "../search.ts";
import { COLUMNS, entriesOf, type Row } from "./rows.ts";

/**
 * `search` is a full-text index (https://www.sqlite.org/fts5.html) that keeps no text of its own,
 * no positions and no lengths: only which messages have which tokens. The number of a message in
 * it is {@link numberOf}, so they are in the order of time. It has the messages of all rows up to
 * `search_state.row`, as they read now; those of later rows are looked through. `search_days` says
 * which rows have messages of a day.
 */
const SCHEMA = `
CREATE TABLE IF NOT EXISTS search_state (
  id INTEGER PRIMARY KEY CHECK (id = 1), version TEXT NOT NULL, row INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS search_days (
  day INTEGER PRIMARY KEY, first INTEGER NOT NULL, last INTEGER NOT NULL
);
CREATE VIRTUAL TABLE IF NOT EXISTS search USING fts5(
  tokens, content='', detail=none, columnsize=0, tokenize="ascii tokenchars '_'"
);
`;

/**
 * What a message is taken out with must be what it was put in with. Bun and `text/fold.ts` say what
 * a letter is: with another one the index is made anew.
 */
const VERSION = `3 ${Bun.version}`;

const DAY = 86_400_000;
export const dayOf = (timestamp: number): number => Math.floor(timestamp / DAY);

/** The number in the index of a message of a row. */
export const numberOf = (row: number, place: number): number =>
  row * TOGETHER + place;
/** The row of a number, and which of its messages that is. */
export const placeOf = (number: number): [row: number, place: number] => [
  Math.floor(number / TOGETHER),
  number % TOGETHER,
];

/** No text has tokens like these: they begin with `_`. */
export const roomToken = (room: number): string => `_r${room.toString(36)}`;
export const senderToken = (id: string): string =>
  `_s${Bun.hash.xxHash32(id).toString(36)}`;
export const hasToken = (has: string): string => `_${has}`;

/** Makes the index where there is none, and anew where it is of another version. */
export function makeSearchTables(db: Database): void {
  db.run(SCHEMA);
  const state = db.query<{ version: string }, []>(
    "SELECT version FROM search_state",
  ).get();
  if (state?.version === VERSION) return;
  db.transaction(() => makeAnew(db)).immediate();
}

/** Empties the index: all of it is put in once more. */
export function makeAnew(db: Database): void {
  db.run("DROP TABLE IF EXISTS search");
  db.run("DELETE FROM search_days");
  db.run(SCHEMA);
  // What is taken out leaves nothing behind, in whatever part of the index.
  db.run("INSERT INTO search (search, rank) VALUES ('secure-delete', 1)");
  db.query("INSERT OR REPLACE INTO search_state VALUES (1, ?, 0)").run(VERSION);
}

/** The last row whose messages are in the index. */
export const lastIndexed = (db: Database): number =>
  db.query<{ row: number }, []>("SELECT row FROM search_state").get()?.row ?? 0;

/** Whether rows wait to be put into the index. */
export const isBehind = (db: Database): boolean =>
  db.query("SELECT 1 FROM entries WHERE id > ? LIMIT 1")
    .get(lastIndexed(db)) !== null;

/** A message in the index. */
interface Indexed {
  number: number;
  tokens: string;
}

/** Keeps the index; all of it inside transactions of the caller. */
export class SearchIndex {
  constructor(readonly db: Database) {}

  /**
   * Puts the messages of the next rows into the index, for some milliseconds.
   *
   * @returns whether there is more to do.
   */
  fill(budget: number): boolean {
    const started = performance.now();
    const rows = this.db.query<Row & { room: number }, [number]>(
      `SELECT ${COLUMNS}, room FROM entries WHERE id > ? ORDER BY id`,
    ).iterate(lastIndexed(this.db));
    const insert = this.db.query(
      "INSERT INTO search (rowid, tokens) VALUES (?, ?)",
    );
    let last: number | undefined, isMore = false;
    const days = new Map<number, [first: number, last: number]>();
    for (const row of rows) {
      if (last !== undefined && performance.now() - started >= budget) {
        isMore = true;
        break;
      }
      last = row.id;
      if (row.kind !== "m") continue;
      for (const { message, number } of this.#messagesOf(row.room, row)) {
        insert.run(number, tokensText(row.room, message));
        const day = dayOf(message.timestamp);
        days.set(day, [days.get(day)?.[0] ?? row.id, row.id]);
      }
    }
    if (last === undefined) return false;
    const addDay = this.db.query(
      `INSERT INTO search_days VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE
       SET first = min(first, ?2), last = max(last, ?3)`,
    );
    for (const [day, [from, to]] of days) addDay.run(day, from, to);
    this.db.query("UPDATE search_state SET row = ?").run(last);
    return isMore;
  }

  /** What the index holds of the message at an offset; undefined if it is not in it. */
  find(room: number, offset: number): Indexed | undefined {
    const row = this.db.query<Row, [number, number]>(
      `SELECT ${COLUMNS} FROM entries WHERE room = ? AND offset <= ?
       ORDER BY offset DESC LIMIT 1`,
    ).get(room, offset);
    if (row?.kind !== "m" || row.id > lastIndexed(this.db)) return undefined;
    for (const { message, number } of this.#messagesOf(room, row, offset)) {
      return { number, tokens: tokensText(room, message) };
    }
  }

  /** Takes what was found before a change out of the index. */
  remove({ number, tokens }: Indexed): void {
    this.db.query(
      "INSERT INTO search (search, rowid, tokens) VALUES ('delete', ?, ?)",
    ).run(number, tokens);
  }

  /** Puts a message that is in the index with what it was into it as it is now. */
  replace(before: Indexed, room: number, offset: number): void {
    this.remove(before);
    const now = this.find(room, offset);
    if (!now) return;
    this.db.query("INSERT INTO search (rowid, tokens) VALUES (?, ?)")
      .run(now.number, now.tokens);
  }

  /** Takes the messages of rows out of the index, before the rows are deleted. */
  removeRows(rows: (Row & { room: number })[]): void {
    const last = lastIndexed(this.db);
    for (const row of rows) {
      if (row.kind !== "m" || row.id > last) continue;
      for (const { message, number } of this.#messagesOf(row.room, row)) {
        this.remove({ number, tokens: tokensText(row.room, message) });
      }
    }
  }

  /** After rows were deleted: the next one may get the id of one that was. */
  rowsDeleted(): void {
    this.db.run(
      `UPDATE search_state SET row =
         min(row, coalesce((SELECT max(id) FROM entries), 0))`,
    );
  }

  /** The messages of a row that are not deleted, edits applied; or only the one at an offset. */
  *#messagesOf(
    room: number,
    row: Row,
    offset?: number,
  ): Generator<{ message: Message; number: number }> {
    const entries = entriesOf(row);
    const first = offset ?? row.offset;
    const last = offset ?? row.offset + entries.length - 1;
    const amendments = this.db.query<Row, [number, number, number]>(
      `SELECT ${COLUMNS} FROM entries WHERE room = ? AND amends BETWEEN ? AND ?
       AND kind IN ('e', 'd') ORDER BY offset`,
    ).all(room, first, last).flatMap(entriesOf);
    for (const [place, entry] of entries.entries()) {
      if (entry.offset < first || entry.offset > last) continue;
      const message = readable(entry, amendments);
      if (message) yield { message, number: numberOf(row.id, place) };
    }
  }
}

/** Whether it is the index that is damaged, and not the log. */
export const isDamage = (error: unknown): boolean =>
  error instanceof Error && "code" in error &&
  error.code === "SQLITE_CORRUPT_VTAB";

/** Makes an index anew that is damaged. */
export const repairIndex = (db: Database): void =>
  db.transaction(() => makeAnew(db)).immediate();

/** A message as it reads, unless it was deleted. */
function readable(entry: Entry, amendments: Entry[]): Message | undefined {
  if (entry.parts === "") return undefined;
  const [message] = applyAmendments([entry], amendments);
  return message?.deletedAt === undefined ? message : undefined;
}

const tokensText = (room: number, message: Message): string =>
  [
    ...tokensOf(textOf(message)),
    roomToken(room),
    senderToken(message.sender.id),
    ...hasOf(message).map(hasToken),
  ].join(" ");
