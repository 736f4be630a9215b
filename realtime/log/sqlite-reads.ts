import type { Database, Statement } from "bun:sqlite";
import type { Message, RoomSummary } from "../protocol.ts";
import { applyAmendments, type Entry, parseEntryId } from "./entry.ts";
import { type Page, type Slice, UNREAD_LIMIT } from "./log.ts";

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
       (SELECT max(offset) FROM entries WHERE room = rooms.id), 0) AS offset
     FROM rooms WHERE name = ?`,
  ).get(roomId);
  return row ? { ...row, epoch: String(row.epoch) } : undefined;
}

interface Row {
  offset: number;
  epoch: number;
  kind: Entry["kind"];
  body: string;
}

const COLUMNS = "offset, epoch, kind, body";

/** Every query that changes nothing. */
export class SqliteReads {
  readonly #after: Statement<Row>;
  readonly #messagesBefore: Statement<Row>;
  readonly #messagesAfter: Statement<Row>;
  readonly #amendments: Statement<Row>;
  readonly #at: Statement<Row>;
  readonly #read: Statement<{ offset: number }>;
  readonly #unread: Statement<{ count: number }>;

  readonly #readers: Statement<{ name: string; offset: number }>;

  constructor(readonly db: Database) {
    const entries = `SELECT ${COLUMNS} FROM entries WHERE room = ?`;
    this.#after = db.query(`${entries} AND offset > ? ORDER BY offset LIMIT ?`);
    this.#messagesBefore = db.query(
      `${entries} AND offset < ? AND kind = 'm' ORDER BY offset DESC LIMIT ?`,
    );
    this.#messagesAfter = db.query(
      `${entries} AND offset > ? AND kind = 'm' ORDER BY offset LIMIT ?`,
    );
    this.#amendments = db.query(
      `${entries} AND amends BETWEEN ? AND ? ORDER BY offset`,
    );
    this.#at = db.query(`${entries} AND offset = ?`);
    this.#read = db.query(
      "SELECT offset FROM reads WHERE room = ? AND person = ?",
    );
    this.#readers = db.query(
      `SELECT people.name, reads.offset FROM reads
       JOIN people ON people.id = reads.person WHERE room = ?`,
    );
    this.#unread = db.query(
      `SELECT count(*) AS count FROM (SELECT 1 FROM entries
       AS message WHERE room = ? AND offset > ? AND kind = 'm' AND person <> ?
       AND NOT EXISTS (SELECT 1 FROM entries WHERE room = message.room
         AND amends = message.offset AND kind = 'd')
       LIMIT ${UNREAD_LIMIT})`,
    );
  }

  room(roomId: string): RoomRow | undefined {
    return findRoom(this.db, roomId);
  }

  roomIds(): string[] {
    return this.db.query<{ name: string }, []>("SELECT name FROM rooms").all()
      .map(({ name }) => name);
  }

  /** The person's key, or one nobody has: reading must not write. */
  person(userId: string): number {
    return this.db.query<{ id: number }, [string]>(
      "SELECT id FROM people WHERE name = ?",
    ).get(userId)?.id ?? 0;
  }

  slice(room: RoomRow, after: number, limit: number): Slice {
    const entries = this.#after.all(room.key, after, limit).map(toEntry);
    return { epoch: room.epoch, offset: room.offset, entries };
  }

  page(
    room: RoomRow,
    range: { before?: number; after?: number; limit: number },
  ): Page {
    const { before = Number.MAX_SAFE_INTEGER, after, limit } = range;
    const rows = after === undefined
      ? this.#messagesBefore.all(room.key, before, limit).reverse()
      : this.#messagesAfter.all(room.key, after, limit);
    return {
      epoch: room.epoch,
      offset: room.offset,
      messages: this.#amended(room, rows),
    };
  }

  find(room: RoomRow, id: string): Message | null {
    const position = parseEntryId(id);
    if (!position) return null;
    const row = this.#at.get(room.key, position.offset);
    if (!row || row.kind !== "m" || String(row.epoch) !== position.epoch) {
      return null;
    }
    return this.#amended(room, [row])[0] ?? null;
  }

  readPosition(room: RoomRow, person: number): number {
    return this.#read.get(room.key, person)?.offset ?? 0;
  }

  readers(room: RoomRow): Record<string, number> {
    const rows = this.#readers.all(room.key);
    return Object.fromEntries(rows.map(({ name, offset }) => [name, offset]));
  }

  summary(room: RoomRow, person: number): RoomSummary {
    const read = this.readPosition(room, person);
    const unread = this.#unread.get(room.key, read, person)?.count ?? 0;
    const last = this.page(room, { limit: 1 }).messages[0] ?? null;
    return { epoch: room.epoch, offset: room.offset, read, unread, last };
  }

  #amended(room: RoomRow, rows: Row[]): Message[] {
    const first = rows[0], last = rows.at(-1);
    if (!first || !last) return [];
    const amendments = this.#amendments.all(
      room.key,
      first.offset,
      last.offset,
    );
    return applyAmendments(rows.map(toEntry), amendments.map(toEntry));
  }
}

const toEntry = ({ offset, epoch, kind, body }: Row): Entry => ({
  offset,
  epoch: String(epoch),
  kind,
  body,
});
