import type { Database, Statement } from "bun:sqlite";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Message, RoomSummary } from "../protocol.ts";
import type { Entry, NewEntry } from "./entry.ts";
import {
  type Appended,
  type LogListener,
  type Page,
  type Removal,
  type RoomLog,
  type Slice,
  StoreError,
} from "./log.ts";
import { REMOVAL_MEMORY } from "../removals.ts";
import { type RoomRow, SqliteReads } from "./sqlite-reads.ts";
import { openDatabase } from "./sqlite-schema.ts";

interface Write {
  run(): unknown;
  resolve(value: never): void;
  reject(error: unknown): void;
}

interface Repeated {
  epoch: number;
  offset: number;
  timestamp: number;
  body: string;
}

/**
 * The log in one SQLite file, for one instance. All writes of an event-loop turn share one
 * transaction, and so one fsync.
 */
export class SqliteLog implements RoomLog {
  readonly store = "sqlite";
  readonly #db: Database;
  readonly #reads: SqliteReads;
  readonly #listener: LogListener;
  readonly #rooms = new Map<string, RoomRow>();
  readonly #people = new Map<string, number>();
  #writes: Write[] = [];
  #appended = new Map<string, Entry[]>();
  #closed = false;
  readonly #insert: Statement;
  readonly #repeated: Statement<Repeated>;

  /** Opens (or makes) `rooms.sqlite` in a folder. */
  constructor(folder: string, listener: LogListener) {
    mkdirSync(folder, { recursive: true });
    this.#db = openDatabase(join(folder, "rooms.sqlite"));
    this.#listener = listener;
    this.#reads = new SqliteReads(this.#db);
    this.#insert = this.#db.query(
      `INSERT INTO entries (room, offset, epoch, person, fingerprint, amends,
       timestamp, kind, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#repeated = this.#db.query(
      `SELECT epoch, offset, timestamp, body FROM entries
       WHERE fingerprint = ? AND room = ? AND person = ?`,
    );
    this.#tellRemovals();
  }

  append(entry: NewEntry): Promise<Appended> {
    return this.#write(() => this.#append(entry));
  }

  read(roomId: string, after: number, limit: number): Promise<Slice> {
    return this.#query(() =>
      this.#reads.slice(this.#room(roomId), after, limit)
    );
  }

  page(
    roomId: string,
    range: { before?: number; after?: number; limit: number },
  ): Promise<Page> {
    return this.#query(() => this.#reads.page(this.#room(roomId), range));
  }

  find(roomId: string, id: string): Promise<Message | null> {
    return this.#query(() => this.#reads.find(this.#room(roomId), id));
  }

  positions(userId: string, roomIds: string[]) {
    return this.#query(() => {
      const person = this.#knownPerson(userId);
      return Object.fromEntries(roomIds.map((id) => {
        const room = this.#room(id);
        const { epoch, offset } = room;
        const read = this.#reads.readPosition(room, person);
        return [id, { epoch, offset, read }];
      }));
    });
  }

  summaries(
    userId: string,
    roomIds: string[],
  ): Promise<Record<string, RoomSummary>> {
    return this.#query(() => {
      const person = this.#knownPerson(userId);
      return Object.fromEntries(
        roomIds.map((id) => [id, this.#reads.summary(this.#room(id), person)]),
      );
    });
  }

  markRead(roomId: string, userId: string, offset: number): Promise<number> {
    return this.#write(() => {
      const room = this.#room(roomId), person = this.#person(userId);
      const read = Math.min(offset, room.offset);
      this.#db.query(
        `INSERT INTO reads (room, person, offset) VALUES (?, ?, ?)
         ON CONFLICT DO UPDATE SET offset = max(offset, excluded.offset)`,
      ).run(room.key, person, read);
      return this.#reads.readPosition(room, person);
    });
  }

  watch(): Promise<void> {
    return Promise.resolve();
  }

  unwatch(): void {}

  signal(roomId: string, text: string): void {
    this.#listener.signal(roomId, text);
  }

  async remove(removal: Removal): Promise<void> {
    const { roomId, userId, removed, at } = removal;
    await this.#write(() => {
      this.#db.query("DELETE FROM removals WHERE at < ?")
        .run(Date.now() - REMOVAL_MEMORY);
      const sql = removed
        ? "INSERT OR REPLACE INTO removals (room, person, at) VALUES (?, ?, ?)"
        : "DELETE FROM removals WHERE room = ? AND person = ?";
      this.#db.query(sql).run(...[roomId, userId, ...(removed ? [at] : [])]);
    });
    this.#listener.removal(removal);
  }

  ping(): Promise<void> {
    return this.#query(() => void this.#db.query("SELECT 1").get());
  }

  async idle(): Promise<void> {
    while (this.#writes.length > 0) {
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  async close(): Promise<void> {
    await this.idle();
    this.#closed = true;
    this.#db.close();
  }

  #tellRemovals(): void {
    const rows = this.#db.query<
      { room: string; person: string; at: number },
      [number]
    >("SELECT room, person, at FROM removals WHERE at > ?")
      .all(Date.now() - REMOVAL_MEMORY);
    for (const { room, person, at } of rows) {
      const removal = { roomId: room, userId: person, removed: true, at };
      this.#listener.removal(removal);
    }
  }

  // deno-lint-ignore require-await -- a throwing query must become a rejection
  async #query<T>(run: () => T): Promise<T> {
    try {
      return run();
    } catch (error) {
      throw storeError(error);
    }
  }

  #write<T>(run: () => T): Promise<T> {
    if (this.#closed) return Promise.reject(new StoreError("closed"));
    return new Promise<T>((resolve, reject) => {
      if (this.#writes.length === 0) setImmediate(() => this.#commit());
      this.#writes.push({ run, resolve, reject });
    });
  }

  #commit(): void {
    const writes = this.#writes;
    const results: unknown[] = [];
    try {
      this.#db.run("BEGIN IMMEDIATE");
      for (const write of writes) results.push(write.run());
      this.#db.run("COMMIT");
    } catch (error) {
      this.#writes = [];
      this.#rollBack();
      const failure = storeError(error);
      for (const write of writes) write.reject(failure);
      return;
    }
    this.#writes = [];
    const appended = this.#appended;
    this.#appended = new Map();
    for (const [roomId, entries] of appended) {
      this.#listener.entries(roomId, entries);
    }
    writes.forEach((write, i) => write.resolve(results[i] as never));
  }

  #rollBack(): void {
    if (this.#db.inTransaction) this.#db.run("ROLLBACK");
    this.#appended.clear();
    // They may hold keys and offsets of rows that were just undone.
    this.#rooms.clear();
    this.#people.clear();
  }

  #append(entry: NewEntry): Appended {
    const { roomId, clientId, sender, timestamp, kind, body } = entry;
    const room = this.#room(roomId), person = this.#person(sender.id);
    const fingerprint = fingerprintOf(roomId, sender.id, clientId);
    for (const row of this.#repeated.all(fingerprint, room.key, person)) {
      if (JSON.parse(`{${row.body}`).clientId === clientId) {
        const { offset, timestamp } = row;
        return { epoch: String(row.epoch), offset, timestamp, repeated: true };
      }
    }
    const { epoch } = room;
    const offset = room.offset + 1;
    this.#insert.run(
      room.key,
      offset,
      Number(epoch),
      person,
      fingerprint,
      entry.target ?? null,
      timestamp,
      kind,
      body,
    );
    room.offset = offset;
    const entries = this.#appended.get(roomId);
    if (entries) entries.push({ epoch, offset, kind, body });
    else this.#appended.set(roomId, [{ epoch, offset, kind, body }]);
    return { epoch, offset, timestamp, repeated: false };
  }

  #room(roomId: string): RoomRow {
    const known = this.#rooms.get(roomId);
    if (known) return known;
    this.#db.query("INSERT OR IGNORE INTO rooms (name, epoch) VALUES (?, ?)")
      .run(roomId, Date.now());
    const row = this.#db.query<
      { key: number; epoch: number; offset: number },
      [string]
    >(
      `SELECT id AS key, epoch, coalesce(
         (SELECT max(offset) FROM entries WHERE room = rooms.id), 0) AS offset
       FROM rooms WHERE name = ?`,
    ).get(roomId);
    if (!row) throw new StoreError("The room's row is missing.");
    const room = { ...row, epoch: String(row.epoch) };
    this.#rooms.set(roomId, room);
    return room;
  }

  /** The person's key, or one nobody has: reading must not write. */
  #knownPerson(userId: string): number {
    const known = this.#people.get(userId);
    if (known !== undefined) return known;
    const row = this.#db.query<{ id: number }, [string]>(
      "SELECT id FROM people WHERE name = ?",
    ).get(userId);
    if (row) this.#people.set(userId, row.id);
    return row?.id ?? 0;
  }

  #person(userId: string): number {
    const known = this.#knownPerson(userId);
    if (known > 0) return known;
    this.#db.query("INSERT INTO people (name) VALUES (?)").run(userId);
    return this.#knownPerson(userId);
  }
}

const storeError = (error: unknown): StoreError =>
  error instanceof StoreError
    ? error
    : new StoreError("The SQLite log failed.", { cause: error });

/** 53 bits of a hash: an integer that SQLite and JavaScript both hold exactly. */
const fingerprintOf = (...parts: string[]): number =>
  Number(BigInt.asUintN(53, Bun.hash.xxHash64(parts.join("\0"))));
