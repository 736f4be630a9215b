import type { Database, Statement } from "bun:sqlite";
import type { Position } from "../../protocol.ts";
import type { Alert, MemberList, MembersUpdate } from "../../protocol-http.ts";
import {
  nameOf,
  SIGN_OUT_MEMORY,
  type SignOut,
} from "../../access/sign-outs.ts";
import type { Entry, NewEntry } from "../entry.ts";
import { entryOrigin, erased, lineOf, readLine } from "../lines.ts";
import { type Appended, type RenamedSlice, StoreError } from "../log.ts";
import { leftoverOf } from "../shedding.ts";
import { Fingerprints } from "./fingerprints.ts";
import { dropMember, type Put, putMembers, updateMembers } from "./members.ts";
import { findRoom, type RoomRow } from "./reads.ts";
import { SearchIndex } from "./search-index.ts";
import { renameRows } from "./rename.ts";
import {
  COLUMNS,
  entriesOf,
  type NewLine,
  type NewRow,
  type Row,
  Rows,
} from "./rows.ts";

/** Rows trimmed or deleted in one transaction, and messages in them: each leaves the index. */
const SLICE_ROWS = 1_000;
const SLICE_MESSAGES = 500;

/** Rooms, and as many people, whose rows are remembered between transactions: some 300 bytes each. */
const REMEMBERED = 50_000;

/** What became of an append. */
export interface Stored extends Appended {
  /** It was stored without its parts: the message it edits is deleted. */
  isErased?: boolean;
}

/** A row that is about to be deleted, and its room's key and id. */
interface Going extends Row {
  count: number;
  room: number;
  name: string;
}

/**
 * Every query that changes something; all of it inside transactions of the caller, who
 * calls {@link committed} or {@link undone} after each.
 */
export class SqliteWrites {
  readonly #db: Database;
  readonly #rooms = new Map<string, RoomRow>();
  readonly #people = new Map<string, number>();
  readonly #stored: Rows;
  readonly #candidate: Statement<Row>;
  readonly #old: Statement<Going>;
  readonly #index: SearchIndex;
  /** Parts were taken out whose traces may still be in the write-ahead file. */
  hasErased = false;

  constructor(db: Database, readonly remembered = REMEMBERED) {
    this.#db = db;
    this.#stored = new Rows(db, new Fingerprints(db));
    this.#candidate = db.query(
      `SELECT ${COLUMNS} FROM entries WHERE id = ? AND room = ?`,
    );
    this.#index = new SearchIndex(db);
    // Rows are in the order of time, so the first that is young enough ends the rest.
    this.#old = db.query(
      `SELECT ${COLUMNS}, count, room,
         (SELECT name FROM rooms WHERE id = room) AS name
       FROM entries AS old WHERE id < coalesce(
         (SELECT id FROM entries WHERE timestamp >= ? ORDER BY id LIMIT 1), 9e15)
       AND offset < (SELECT max(offset) FROM entries WHERE room = old.room)
       ORDER BY id LIMIT ${SLICE_ROWS}`,
    );
  }

  append(entry: NewLine): Stored {
    const room = this.room(entry.roomId), fingerprint = fingerprintOf(entry);
    const first = this.#first(room, entry, fingerprint);
    if (first) return first;
    const { timestamp, kind, target: amends = null } = entry;
    const { key, epoch } = room;
    const offset = room.offset += 1;
    const isErased = kind === "e" && this.#isDeleted(room, amends);
    const line = isErased
      ? lineOf(erased(readLine(kind, entry.line)))
      : entry.line;
    const place = { room: key, epoch, offset, amends, fingerprint };
    const changed = (kind === "e" || kind === "d") && amends
      ? this.#indexed(key, amends)
      : undefined;
    this.#store({ ...place, timestamp, kind, line });
    if (kind === "d" && amends) {
      this.#erase(entry.roomId, room, amends);
      if (changed) this.#index.remove(changed);
    } else if (changed && amends) this.#index.replace(changed, key, amends);
    const stored = { epoch, offset, timestamp, repeated: false };
    return isErased ? { ...stored, isErased } : stored;
  }

  /** What the index has of a message that is about to change. */
  #indexed(room: number, offset: number) {
    this.flush();
    return this.#index.find(room, offset);
  }

  /** What an entry was stored as before, if it was. */
  #first(
    room: RoomRow,
    { clientId, sender }: NewLine,
    fingerprint: number,
  ): Stored | undefined {
    for (const id of this.#stored.find(fingerprint)) {
      const row = this.#candidate.get(id, room.key);
      for (const entry of row ? entriesOf(row) : []) {
        const origin = entryOrigin(entry);
        if (origin.clientId !== clientId) continue;
        if (origin.sender.id !== sender.id) continue;
        const { timestamp } = origin;
        const { epoch, offset } = entry;
        return { epoch, offset, timestamp, repeated: true };
      }
    }
  }

  /** Whether a message was deleted: an edit that crosses that must not bring text back. */
  #isDeleted(room: RoomRow, target: number | null): boolean {
    const deletion = this.#db.query(
      "SELECT 1 FROM entries WHERE room = ? AND amends = ? AND kind = 'd'",
    ).get(room.key, target);
    return deletion !== null;
  }

  /** Overwrites the parts of a message and of its edits. */
  #erase(roomId: string, room: RoomRow, target: number): void {
    this.hasErased = true;
    const rows = this.#db.query<Row, number[]>(
      `SELECT * FROM (SELECT ${COLUMNS} FROM entries
         WHERE room = ?1 AND offset <= ?2 ORDER BY offset DESC LIMIT 1)
       UNION SELECT ${COLUMNS} FROM entries
       WHERE room = ?1 AND amends = ?2 AND kind = 'e'`,
    ).all(room.key, target);
    const change = this.#db.query("UPDATE entries SET body = ? WHERE id = ?");
    for (const row of rows) {
      const entries = entriesOf(row);
      const going = entries.filter(({ kind, offset }) =>
        kind === "e" || offset === target
      );
      this.#leave(roomId, going);
      const lines = entries.map((entry) =>
        lineOf(going.includes(entry) ? erased(entry) : entry)
      );
      change.run(lines.join("\n"), row.id);
    }
  }

  /** Remembers what is attached to entries that go: web has it deleted where it is kept. */
  #leave(roomId: string, entries: Entry[]): void {
    for (const attached of entries.map(leftoverOf)) {
      if (attached === "") continue;
      this.#db.query("INSERT INTO leftovers (room, attached) VALUES (?, ?)")
        .run(roomId, attached);
    }
  }

  /** Forgets leftovers that somebody else remembers now. */
  forgetLeftovers(receipts: string[]): void {
    const forget = this.#db.query("DELETE FROM leftovers WHERE id = ?");
    for (const receipt of receipts) forget.run(Number(receipt));
  }

  noteAlert(roomId: string, at: number): void {
    this.#db.query("INSERT OR REPLACE INTO alerts (room, at) VALUES (?, ?)")
      .run(roomId, at);
  }

  /** Forgets alerts that were not noted again, nor after a time. */
  forgetAlerts(alerts: Alert[], old: number): void {
    const forget = this.#db.query(
      "DELETE FROM alerts WHERE room = ? AND at = ? AND at < ?",
    );
    for (const { roomId, receipt } of alerts) {
      forget.run(roomId, Number(receipt) || 0, old);
    }
  }

  /** Removes a slice of a room, or what remains of it; whether there is more. */
  deleteSlice(roomId: string): boolean {
    const { key } = this.room(roomId);
    const rows = this.#db.query<Going, [string, number]>(
      `SELECT ${COLUMNS}, count, room, ? AS name FROM entries WHERE room = ?
       ORDER BY offset LIMIT ${SLICE_ROWS}`,
    ).all(roomId, key);
    const { isMore } = this.#delete(rows);
    if (isMore) return true;
    this.hasErased = true;
    this.#db.query("DELETE FROM reads WHERE room = ?").run(key);
    this.#db.query("DELETE FROM alerts WHERE room = ?").run(roomId);
    this.#db.query("DELETE FROM rooms WHERE id = ?").run(key);
    this.#rooms.delete(roomId);
    return false;
  }

  /** Deletes as many of these rows as fit in a slice, and what the index has of them. */
  #delete(rows: Going[]): { gone: Going[]; isMore: boolean } {
    const gone: Going[] = [];
    for (let messages = 0; messages < SLICE_MESSAGES;) {
      const row = rows[gone.length];
      if (!row) break;
      gone.push(row);
      messages += row.count;
    }
    if (gone.length > 0) {
      this.hasErased = true;
      this.#index.removeRows(gone);
      this.#db.query(
        "DELETE FROM entries WHERE id IN (SELECT value FROM json_each(?))",
      ).run(JSON.stringify(gone.map(({ id }) => id)));
      this.#index.rowsDeleted();
    }
    const isMore = gone.length < rows.length || rows.length === SLICE_ROWS;
    return { gone, isMore };
  }

  restore(
    roomId: string,
    entries: Entry[],
    reads: Record<string, number>,
  ): void {
    const room = this.room(roomId);
    if (room.offset > 0) throw new StoreError(`${roomId} is not empty.`);
    for (const entry of entries) {
      const { target = null, ...origin } = entryOrigin(entry);
      const fingerprint = fingerprintOf({ roomId, ...origin });
      const { timestamp } = origin;
      const { epoch, offset, kind } = entry;
      const place = { room: room.key, epoch, offset, amends: target };
      const line = lineOf(entry);
      this.#store({ ...place, fingerprint, timestamp, kind, line });
      room.offset = entry.offset;
    }
    this.#renewEpoch(room);
    for (const [userId, offset] of Object.entries(reads)) {
      this.moveRead(roomId, userId, offset);
    }
  }

  /**
   * Puts a name in place of a person's in a slice of all rows, those after a row, and takes out what
   * was attached.
   */
  renameSlice(userId: string, name: string, after: number): RenamedSlice {
    const { renamed, last, shed } = renameRows(
      { db: this.#db, index: this.#index },
      { userId, name, after },
    );
    if (renamed > 0) this.hasErased = true;
    return last === undefined ? { shed } : { after: `${last}`, shed };
  }

  beginEpoch(roomId: string, seen: Position): void {
    const room = this.room(roomId);
    if (room.epoch === seen.epoch && room.offset < seen.offset) {
      this.#renewEpoch(room);
    }
  }

  /** Moves a read position forward, never back; returns where it is then. */
  moveRead(roomId: string, userId: string, offset: number): number {
    const room = this.room(roomId);
    const moved = this.#db.query<{ offset: number }, number[]>(
      `INSERT INTO reads (room, person, offset) VALUES (?, ?, ?)
       ON CONFLICT DO UPDATE SET offset = max(offset, excluded.offset)
       RETURNING offset`,
    ).get(room.key, this.#person(userId), Math.min(offset, room.offset));
    return moved?.offset ?? 0;
  }

  /** Trims a slice: how many entries that were, and whether there are more. */
  trim(before: number): { trimmed: number; isMore: boolean } {
    const { gone, isMore } = this.#delete(this.#old.all(before));
    for (const row of gone) this.#leave(row.name, entriesOf(row));
    return { trimmed: gone.reduce((sum, { count }) => sum + count, 0), isMore };
  }

  /** Remembers a sign-out. The table is from when it held removals from rooms as well. */
  signOut(signOut: SignOut): void {
    this.#db.query("DELETE FROM removals WHERE at < ?")
      .run(Date.now() - SIGN_OUT_MEMORY);
    this.#db.query(
      "INSERT OR REPLACE INTO removals (room, person, at) VALUES ('*', ?, ?)",
    ).run(nameOf(signOut), signOut.at);
  }

  /** Takes a list of a room's members. */
  putMembers(roomId: string, list: MemberList): Put {
    return putMembers(this.#db, roomId, list);
  }

  /** Takes what is different in a room's members. */
  updateMembers(roomId: string, update: MembersUpdate): Put | "unknown" {
    return updateMembers(this.#db, roomId, update);
  }

  /** Takes one person out of a copy; whether they were in it. */
  dropMember(roomId: string, userId: string, version: number): boolean {
    return dropMember(this.#db, roomId, userId, version);
  }

  /** The room's row, made if need be; kept up to date, so reading it costs nothing. */
  room(roomId: string): RoomRow {
    const known = this.#rooms.get(roomId);
    if (known) return known;
    this.#db.query("INSERT OR IGNORE INTO rooms (name, epoch) VALUES (?, ?)")
      .run(roomId, Date.now());
    const room = findRoom(this.#db, roomId);
    if (!room) throw new StoreError("The room's row is missing.");
    this.#rooms.set(roomId, room);
    return room;
  }

  /** Must be called before anything is read or changed but by {@link append}, and before a
   * commit. */
  flush(): void {
    this.#stored.flush();
  }

  /** What was done is committed. Only now may a room be forgotten: its row says where it is. */
  committed(): void {
    this.#stored.fingerprints.committed();
    for (const rows of [this.#rooms, this.#people]) {
      if (rows.size > this.remembered) rows.clear();
    }
  }

  /** What was done was undone: forgets the keys and offsets of rows that may be gone. */
  undone(): void {
    this.#rooms.clear();
    this.#people.clear();
    this.#stored.undone();
  }

  #person(userId: string): number {
    const known = this.#people.get(userId);
    if (known !== undefined) return known;
    this.#db.query("INSERT OR IGNORE INTO people (name) VALUES (?)")
      .run(userId);
    const row = this.#db.query<{ id: number }, [string]>(
      "SELECT id FROM people WHERE name = ?",
    ).get(userId);
    if (!row) throw new StoreError("The person's row is missing.");
    this.#people.set(userId, row.id);
    return row.id;
  }

  #store(row: NewRow): void {
    if (row.kind === "m") this.#stored.addMessage(row);
    else this.#stored.add(row);
  }

  #renewEpoch(room: RoomRow): void {
    const epoch = Math.max(Date.now(), Number(room.epoch) + 1);
    this.#db.query("UPDATE rooms SET epoch = ? WHERE id = ?")
      .run(epoch, room.key);
    room.epoch = String(epoch);
  }
}

type Origin = Pick<NewEntry, "roomId" | "sender" | "clientId">;

/** 53 bits of a hash: an integer that SQLite and JavaScript both hold exactly. */
function fingerprintOf({ roomId, sender, clientId }: Origin): number {
  const hash = Bun.hash.xxHash64(`${roomId}\0${sender.id}\0${clientId}`);
  return Number(BigInt.asUintN(53, hash));
}
