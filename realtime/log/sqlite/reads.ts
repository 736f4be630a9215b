import type { Database, Statement } from "bun:sqlite";
import type { Message, RoomSummary } from "../../protocol.ts";
import type { Alert, Leftover } from "../../protocol-http.ts";
import { applyAmendments } from "../amending.ts";
import { type Entry, parseEntryId } from "../entry.ts";
import { attachmentsOf, entryOrigin } from "../lines.ts";
import { mentions } from "../mentions.ts";
import { ALERTS_AT_ONCE, type Page, type Slice, UNREAD_LIMIT } from "../log.ts";
import { Kept, type Unread } from "./kept.ts";
import { COLUMNS, entriesOf, type Row } from "./rows.ts";

/** A room's row, with the newest offset. */
export interface RoomRow {
  key: number;
  epoch: string;
  offset: number;
}

/** The row of a room, or undefined if there is none. */
export function findRoom(db: Database, roomId: string): RoomRow | undefined {
  const row = db.query<
    { key: number; epoch: number; offset: number },
    [string]
  >(
    `SELECT id AS key, epoch, coalesce(
       (SELECT offset + count - 1 FROM entries WHERE room = rooms.id
        ORDER BY offset DESC LIMIT 1), 0) AS offset
     FROM rooms WHERE name = ?`,
  ).get(roomId);
  return row ? { ...row, epoch: String(row.epoch) } : undefined;
}

const LEFTOVERS_AT_ONCE = 100;

/** The first row that may hold what lies beyond an offset. */
const BEYOND = `offset >= coalesce((SELECT max(offset) FROM entries
  WHERE room = ?1 AND offset <= ?2 + 1), 0)`;

/** Every query that changes nothing. */
export class SqliteReads {
  readonly kept: Kept = new Kept();
  readonly #after: Statement<Row>;
  readonly #messagesBefore: Statement<Row>;
  readonly #messagesAfter: Statement<Row>;
  readonly #amendments: Statement<Row>;
  readonly #upTo: Statement<Row>;
  readonly #read: Statement<{ offset: number }>;
  readonly #readers: Statement<{ name: string; offset: number }>;

  constructor(readonly db: Database) {
    const rows = `SELECT ${COLUMNS} FROM entries WHERE room = ?1`;
    this.#after = db.query(`${rows} AND ${BEYOND} ORDER BY offset`);
    this.#messagesAfter = db.query(
      `${rows} AND ${BEYOND} AND kind = 'm' ORDER BY offset`,
    );
    this.#messagesBefore = db.query(
      `${rows} AND offset < ?2 AND kind = 'm' ORDER BY offset DESC`,
    );
    this.#amendments = db.query(
      `${rows} AND amends BETWEEN ?2 AND ?3 ORDER BY offset`,
    );
    this.#upTo = db.query(
      `${rows} AND offset <= ?2 ORDER BY offset DESC LIMIT 1`,
    );
    this.#read = db.query(
      `SELECT offset FROM reads WHERE room = ?
       AND person = (SELECT id FROM people WHERE name = ?)`,
    );
    this.#readers = db.query(
      `SELECT people.name, reads.offset FROM reads
       JOIN people ON people.id = reads.person WHERE room = ?`,
    );
  }

  room(roomId: string): RoomRow | undefined {
    return findRoom(this.db, roomId);
  }

  roomIds(): string[] {
    return this.db.query<{ name: string }, []>("SELECT name FROM rooms").all()
      .map(({ name }) => name);
  }

  slice(room: RoomRow, after: number, limit: number): Slice {
    const rows = this.#after.iterate(room.key, after);
    const entries = take(rows, limit, ({ offset }) => offset > after);
    return { epoch: room.epoch, offset: room.offset, entries };
  }

  page(
    room: RoomRow,
    range: { before?: number; after?: number; limit: number },
  ): Page {
    const { before, after, limit } = range;
    return before === undefined && after === undefined
      ? this.kept.newest(room, limit, () => this.#page(room, range))
      : this.#page(room, range);
  }

  #page(
    room: RoomRow,
    range: { before?: number; after?: number; limit: number },
  ): Page {
    const { before = Number.MAX_SAFE_INTEGER, after, limit } = range;
    const entries = after === undefined
      ? this.#before(room, before, limit)
      : take(
        this.#messagesAfter.iterate(room.key, after),
        limit,
        ({ offset }) => offset > after,
      );
    const messages = this.#amended(room, entries);
    return { epoch: room.epoch, offset: room.offset, messages };
  }

  #before(room: RoomRow, before: number, limit: number): Entry[] {
    const entries: Entry[] = [];
    for (const row of this.#messagesBefore.iterate(room.key, before)) {
      const earlier = entriesOf(row).filter(({ offset }) => offset < before);
      entries.unshift(...earlier);
      if (entries.length >= limit) break;
    }
    return entries.slice(-limit);
  }

  find(room: RoomRow, id: string): Message | null {
    const position = parseEntryId(id);
    if (!position) return null;
    const { epoch, offset } = position;
    const row = this.#upTo.get(room.key, offset);
    if (row?.kind !== "m" || String(row.epoch) !== epoch) return null;
    const entry = entriesOf(row)[offset - row.offset];
    return entry ? this.#amended(room, [entry])[0] ?? null : null;
  }

  leftovers(): Leftover[] {
    return this.db.query<
      { id: number; room: string; attached: string },
      [number]
    >("SELECT id, room, attached FROM leftovers ORDER BY id LIMIT ?")
      .all(LEFTOVERS_AT_ONCE)
      .map(({ id, room, attached }) => ({
        roomId: room,
        receipt: String(id),
        attached: attachmentsOf(attached),
      }));
  }

  alerts(): Alert[] {
    return this.db.query<{ room: string; at: number }, [number]>(
      "SELECT room, at FROM alerts ORDER BY at LIMIT ?",
    ).all(ALERTS_AT_ONCE)
      .map(({ room, at }) => ({ roomId: room, receipt: String(at) }));
  }

  activity(roomIds: string[]): Record<string, number> {
    const newest = this.db.query<{ timestamp: number }, [string]>(
      `SELECT timestamp FROM entries
       WHERE room = (SELECT id FROM rooms WHERE name = ?)
       ORDER BY offset DESC LIMIT 1`,
    );
    return Object.fromEntries(roomIds.flatMap((id) => {
      const row = newest.get(id);
      return row ? [[id, row.timestamp]] : [];
    }));
  }

  readPosition(room: RoomRow, userId: string): number {
    return this.#read.get(room.key, userId)?.offset ?? 0;
  }

  readers(room: RoomRow): Record<string, number> {
    const rows = this.#readers.all(room.key);
    return Object.fromEntries(rows.map(({ name, offset }) => [name, offset]));
  }

  summary(room: RoomRow, userId: string): RoomSummary {
    const read = this.readPosition(room, userId);
    const count = () => this.#unread(room, userId, read);
    const last = this.page(room, { limit: 1 }).messages[0] ?? null;
    return {
      ...{ epoch: room.epoch, offset: room.offset, read },
      ...this.kept.unread(room, userId, read, count),
      last,
    };
  }

  #unread(room: RoomRow, userId: string, read: number): Unread {
    const isNew = (entry: Entry) =>
      entry.offset > read && entry.parts !== "" &&
      entryOrigin(entry).sender.id !== userId;
    const rows = this.#messagesAfter.iterate(room.key, read);
    const unread = take(rows, UNREAD_LIMIT, isNew);
    const mentioned = this.#mentioning(room, unread, userId);
    return { unread: unread.length, mentioned };
  }

  /** How many of these messages mention a person, as they were last edited. */
  #mentioning(room: RoomRow, entries: Entry[], userId: string): number {
    const first = entries[0], last = entries.at(-1);
    if (!first || !last) return 0;
    const parts = new Map(entries.map((it) => [it.offset, it.parts]));
    const changes = this.#amendments.all(room.key, first.offset, last.offset)
      .filter(({ kind }) => kind === "e").flatMap(entriesOf);
    for (const edit of changes) {
      // It only gives a voice note its words, or a link its preview.
      if (/"(voice|preview)":\{/.test(edit.parts)) continue;
      const { target = 0 } = entryOrigin(edit);
      if (edit.parts !== "" && parts.has(target)) parts.set(target, edit.parts);
    }
    return [...parts.values()].filter((it) => mentions(it, userId)).length;
  }

  #amended(room: RoomRow, entries: Entry[]): Message[] {
    const first = entries[0], last = entries.at(-1);
    if (!first || !last) return [];
    const amendments = this.#amendments.all(
      room.key,
      first.offset,
      last.offset,
    );
    return applyAmendments(entries, amendments.flatMap(entriesOf));
  }
}

/** The first so many entries of rows that are wanted. */
function take(
  rows: Iterable<Row>,
  limit: number,
  wanted: (entry: Entry) => boolean,
): Entry[] {
  const entries: Entry[] = [];
  for (const row of rows) {
    entries.push(...entriesOf(row).filter(wanted));
    if (entries.length >= limit) break;
  }
  return entries.slice(0, limit);
}
