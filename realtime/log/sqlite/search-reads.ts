import type { Database, Statement } from "bun:sqlite";
import type { Message } from "../../protocol.ts";
import type { SearchPage } from "../../protocol-http.ts";
import { lookupsOf } from "../../text/tokens.ts";
import { applyAmendments } from "../amending.ts";
import { TOGETHER } from "../entry.ts";
import {
  Findings,
  SEARCH_BUDGET,
  SEARCH_LEAST,
  type SearchQuery,
} from "../search.ts";
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
/** What is in as large a part of the messages is not looked up where anything else can be. */
const COMMON = 0.05;
/**
 * The newest messages are looked at before the index is asked: as many as are needed to see what is
 * common, and on as long as so many would do. What is in many messages is found there, and the
 * index takes longest for just that: it puts together all places of all words that begin as was
 * asked before it names the first.
 */
const GLANCE = 128;
const GLANCE_ON = 2_000;
/** Among so many more of other rooms. */
const PASSED = 4_000;

type Found = Row & { room: number };

/** A message to look at; at a glance it is counted what it has. */
interface Candidate {
  number: number;
  isGlance?: true;
}

/** What changed a message, in order. Without the plus SQLite would read all of the room for it. */
export const AMENDMENTS = `SELECT ${COLUMNS} FROM entries
  WHERE room = ? AND amends = ? ORDER BY +offset`;

/** Searches the messages of a database. Each search sees one moment of it. */
export class SqliteSearch {
  readonly #row: Statement<Found>;
  readonly #room: Statement<{ room: number }>;
  readonly #amendments: Statement<Row>;

  constructor(readonly db: Database) {
    this.#row = db.query(`SELECT ${COLUMNS}, room FROM entries WHERE id = ?`);
    this.#room = db.query("SELECT room FROM entries WHERE id = ?");
    this.#amendments = db.query(AMENDMENTS);
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
    const { least = SEARCH_LEAST } = query;
    let row = null as Found | null;
    let last: number | undefined, seen = 0;
    const candidates = this.#candidates(query, rooms, findings, isDamaged);
    for (const { number, isGlance } of candidates) {
      const isSpent = last !== undefined && seen >= least &&
        performance.now() >= until;
      if (findings.full || isSpent) {
        return findings.page({ next: String(last) });
      }
      last = number;
      seen += 1;
      const [id, place] = placeOf(number);
      if (row?.id !== id) {
        const room: number | undefined = this.#room.get(id)?.room;
        row = room !== undefined && rooms.has(room) ? this.#row.get(id) : null;
      }
      const message = row && this.#messageOf(row, place);
      if (!message) continue;
      const room = rooms.get(row!.room) ?? "";
      if (isGlance) findings.lookAndCount(room, message);
      else findings.look(room, message);
    }
    return findings.page({ next: null });
  }

  /** A message as it reads now. */
  #messageOf(row: Found, place: number): Message | undefined {
    const entry = entryAt(row, place);
    if (!entry) return undefined;
    const amendments = this.#amendments.all(row.room, entry.offset)
      .flatMap(entriesOf);
    return applyAmendments([entry], amendments)[0];
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
    findings: Findings,
    isDamaged: boolean,
  ): Generator<Candidate> {
    const { cursor } = query;
    let below = cursor === undefined ? Number.MAX_SAFE_INTEGER : Number(cursor);
    const indexed = lastIndexed(this.db);
    for (const number of this.#scan(rooms, indexed, below)) yield { number };
    const [first, last] = this.#rowsOf(query);
    below = Math.min(below, numberOf(Math.min(indexed, last) + 1, 0));
    const { glance = GLANCE } = query;
    let others = PASSED, seen = -1;
    for (const number of this.#scan(rooms, first - 1, below)) {
      const { looked } = findings;
      if (looked >= glance && findings.expected > GLANCE_ON) break;
      if (looked === seen && others-- === 0) break;
      seen = looked;
      below = number;
      yield { number, isGlance: true };
    }
    const match = isDamaged ? "" : matchOf(query, rooms, findings);
    if (match === "") {
      for (const number of this.#scan(rooms, 0, below)) yield { number };
      return;
    }
    yield* this.db.query<{ number: number }, [string, number, number]>(
      `SELECT rowid AS number FROM search WHERE search MATCH ?
       AND rowid >= ? AND rowid < ? ORDER BY rowid DESC`,
    ).iterate(match, numberOf(first, 0), below);
  }

  /** All messages of rooms, of the rows after one, that come before a number. */
  *#scan(
    rooms: Map<number, string>,
    after: number,
    below: number,
  ): Generator<number> {
    const to = Math.floor((below - 1) / TOGETHER);
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
  findings: Findings,
): string {
  const lookups = terms.flatMap((term, i) =>
    lookupsOf(term).map((one) => ({
      ...one,
      isCheap: !one.begins ||
        one.token.length > SHORT && findings.shareOf(i) < COMMON,
    }))
  );
  const isNarrow = from && from.length <= LOOKED_UP || has.length > 0;
  const cheap = lookups.filter(({ isCheap }) => isCheap);
  const used = isNarrow || cheap.length > 0 ? cheap : lookups;
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
