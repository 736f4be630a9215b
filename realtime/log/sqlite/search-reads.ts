import type { Database, Statement } from "bun:sqlite";
import type { SearchPage } from "../../protocol-http.ts";
import { lookupsOf } from "../../text/tokens.ts";
import { applyAmendments } from "../amending.ts";
import { TOGETHER } from "../entry.ts";
import { Findings, SEARCH_BUDGET, type SearchQuery } from "../search.ts";
import { COLUMNS, entriesOf, entryAt, type Row } from "./rows.ts";
import {
  dayOf,
  hasToken,
  isDamage,
  lastIndexed,
  numberOf,
  placeOf,
  roomToken,
  senderToken,
} from "./search-index.ts";

/** Rooms, or people, that are looked up in the index: of more, each message is looked at. */
const LOOKED_UP = 64;
/** Beginnings of words as short as this are in so many that others are looked up first. */
const SHORT = 2;

type Found = Row & { room: number };

/** Searches the messages of a database. Each search sees one moment of it. */
export class SqliteSearch {
  readonly #row: Statement<Found>;
  readonly #room: Statement<{ room: number }>;
  readonly #amendments: Statement<Row>;

  constructor(readonly db: Database) {
    this.#row = db.query(`SELECT ${COLUMNS}, room FROM entries WHERE id = ?`);
    this.#room = db.query("SELECT room FROM entries WHERE id = ?");
    this.#amendments = db.query(
      `SELECT ${COLUMNS} FROM entries WHERE room = ? AND amends = ?
       ORDER BY offset`,
    );
  }

  search(query: SearchQuery): SearchPage {
    try {
      return this.db.transaction(() => this.#search(query, false))();
    } catch (error) {
      // Until it is made anew, all is looked through.
      if (!isDamage(error)) throw error;
      return this.db.transaction(() => this.#search(query, true))();
    }
  }

  #search(query: SearchQuery, isDamaged: boolean): SearchPage {
    const findings = new Findings(query);
    const rooms = this.#keysOf(query.rooms);
    if (rooms.size === 0) return findings.page({ next: null });
    const until = performance.now() + (query.budget ?? SEARCH_BUDGET);
    let row = null as Found | null;
    let last: number | undefined;
    for (const number of this.#candidates(query, rooms, isDamaged)) {
      const isSpent = last !== undefined && performance.now() >= until;
      if (findings.full || isSpent) {
        return findings.page({ next: String(last) });
      }
      last = number;
      const [id, place] = placeOf(number);
      if (row?.id !== id) {
        const room: number | undefined = this.#room.get(id)?.room;
        row = room !== undefined && rooms.has(room) ? this.#row.get(id) : null;
      }
      if (row) this.#look(findings, row, place, rooms);
    }
    return findings.page({ next: null });
  }

  #look(
    findings: Findings,
    row: Found,
    place: number,
    rooms: Map<number, string>,
  ): void {
    const entry = entryAt(row, place);
    if (!entry) return;
    const amendments = this.#amendments.all(row.room, entry.offset)
      .flatMap(entriesOf);
    const [message] = applyAmendments([entry], amendments);
    if (message) findings.look(rooms.get(row.room) ?? "", message);
  }

  /** The keys of rooms, and their ids by them. */
  #keysOf(ids: string[]): Map<number, string> {
    const rows = this.db.query<{ id: number; name: string }, [string]>(
      `SELECT id, name FROM rooms
       WHERE name IN (SELECT value FROM json_each(?))`,
    ).all(JSON.stringify(ids));
    return new Map(rows.map(({ id, name }) => [id, name]));
  }

  /** The numbers of messages that may be what is looked for, newest first. */
  *#candidates(
    query: SearchQuery,
    rooms: Map<number, string>,
    isDamaged: boolean,
  ): Generator<number> {
    const { cursor } = query;
    const below = cursor === undefined
      ? Number.MAX_SAFE_INTEGER
      : Number(cursor);
    const indexed = lastIndexed(this.db);
    yield* this.#scan(rooms, indexed, below);
    const match = isDamaged ? "" : matchOf(query, rooms);
    if (match === "") return yield* this.#scan(rooms, 0, below, indexed);
    const [first, last] = this.#rowsOf(query);
    const found = this.db.query<{ number: number }, [string, number, number]>(
      `SELECT rowid AS number FROM search WHERE search MATCH ?
       AND rowid >= ? AND rowid < ? ORDER BY rowid DESC`,
    ).iterate(
      match,
      numberOf(first, 0),
      Math.min(below, numberOf(last + 1, 0)),
    );
    for (const { number } of found) yield number;
  }

  /** All messages of rooms in the rows after one, up to another. */
  *#scan(
    rooms: Map<number, string>,
    after: number,
    below: number,
    upTo = Number.MAX_SAFE_INTEGER,
  ): Generator<number> {
    const to = Math.min(upTo, Math.floor((below - 1) / TOGETHER));
    const only = rooms.size === 1 ? [...rooms.keys()][0] : undefined;
    const rows = this.db.query<
      { id: number; count: number },
      [number, number, number | null]
    >(
      only === undefined
        ? `SELECT id, count FROM entries WHERE id > ?1 AND id <= ?2
           AND kind = 'm' AND ?3 IS NULL ORDER BY id DESC`
        : `SELECT id, count FROM entries WHERE room = ?3
           AND id > ?1 AND id <= ?2 AND kind = 'm' ORDER BY offset DESC`,
    ).iterate(after, to, only ?? null);
    for (const { id, count } of rows) {
      for (let place = count - 1; place >= 0; place -= 1) {
        const number = numberOf(id, place);
        if (number < below) yield number;
      }
    }
  }

  /** The first and the last row with messages of the days that are asked for. */
  #rowsOf({ after, before }: SearchQuery): [first: number, last: number] {
    const rows = this.db.query<
      { first: number | null; last: number | null },
      [number, number]
    >(
      `SELECT min(first) AS first, max(last) AS last FROM search_days
       WHERE day BETWEEN ? AND ?`,
    ).get(dayOf(after ?? 0), dayOf((before ?? Number.MAX_SAFE_INTEGER) - 1));
    return [rows?.first ?? 0, rows?.last ?? -1];
  }
}

const quoted = (token: string): string => `"${token}"`;
const oneOf = (tokens: string[]): string =>
  `(${tokens.map(quoted).reduce((all, one) => `${all} OR ${one}`)})`;

/** What is asked of the index. Empty: nothing of the search is in it. */
function matchOf(
  { terms, from, has }: SearchQuery,
  rooms: Map<number, string>,
): string {
  const lookups = terms.flatMap(lookupsOf);
  const isLong = ({ token, begins }: { token: string; begins: boolean }) =>
    !begins || token.length > SHORT;
  const used = lookups.some(isLong) ? lookups.filter(isLong) : lookups;
  const wanted = used.map(({ token, begins }) =>
    begins ? `${quoted(token)} *` : quoted(token)
  );
  const parts = [...new Set(wanted), ...has.map(hasToken).map(quoted)];
  if (from && from.length <= LOOKED_UP) {
    parts.push(oneOf(from.map(senderToken)));
  }
  if (rooms.size <= LOOKED_UP) {
    parts.push(oneOf([...rooms.keys()].map(roomToken)));
  }
  return parts.length === 0
    ? ""
    : parts.reduce((all, one) => `${all} AND ${one}`);
}
