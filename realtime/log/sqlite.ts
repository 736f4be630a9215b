import type { Database } from "bun:sqlite";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Message, Position, RoomSummary } from "../protocol.ts";
import { REMOVAL_MEMORY } from "../removals.ts";
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
import { SqliteReads } from "./sqlite-reads.ts";
import { openDatabase } from "./sqlite-schema.ts";
import { SqliteWrites, TRIM_SLICE } from "./sqlite-writes.ts";

interface Write {
  run(): unknown;
  resolve(value: never): void;
  reject(error: unknown): void;
}

/**
 * The log in one SQLite file, for one instance. All writes of an event-loop turn share one
 * transaction, and so one fsync.
 */
export class SqliteLog implements RoomLog {
  readonly store = "sqlite";
  readonly #db: Database;
  readonly #reads: SqliteReads;
  readonly #writes: SqliteWrites;
  readonly #listener: LogListener;
  #waiting: Write[] = [];
  #appended = new Map<string, Entry[]>();
  #closed = false;

  /** Opens (or makes) `rooms.sqlite` in a folder, or takes a database that is open. */
  constructor(from: string | Database, listener: LogListener) {
    this.#db = typeof from === "string" ? openIn(from) : from;
    this.#listener = listener;
    this.#reads = new SqliteReads(this.#db);
    this.#writes = new SqliteWrites(this.#db);
    this.#tellRemovals();
  }

  get pending(): number {
    return this.#waiting.length;
  }

  append(given: NewEntry): Promise<Appended> {
    return this.#write(() => {
      const entry = this.#writes.admitted(given);
      const appended = this.#writes.append(entry);
      if (!appended.repeated) this.#remember(entry, appended);
      return appended;
    });
  }

  /** Keeps an entry for the listener until its transaction is on the disk. */
  #remember({ roomId, kind, body }: NewEntry, { epoch, offset }: Appended) {
    const entry = { epoch, offset, kind, body };
    const entries = this.#appended.get(roomId);
    if (entries) entries.push(entry);
    else this.#appended.set(roomId, [entry]);
  }

  read(roomId: string, after: number, limit: number): Promise<Slice> {
    return this.#query(() =>
      this.#reads.slice(this.#writes.room(roomId), after, limit)
    );
  }

  page(
    roomId: string,
    range: { before?: number; after?: number; limit: number },
  ): Promise<Page> {
    return this.#query(() =>
      this.#reads.page(this.#writes.room(roomId), range)
    );
  }

  find(roomId: string, id: string): Promise<Message | null> {
    return this.#query(() => this.#reads.find(this.#writes.room(roomId), id));
  }

  positions(userId: string, roomIds: string[]) {
    return this.#query(() => {
      const person = this.#writes.knownPerson(userId);
      return Object.fromEntries(roomIds.map((id) => {
        const room = this.#writes.room(id);
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
      const person = this.#writes.knownPerson(userId);
      return Object.fromEntries(roomIds.map((id) => {
        return [id, this.#reads.summary(this.#writes.room(id), person)];
      }));
    });
  }

  markRead(roomId: string, userId: string, offset: number): Promise<number> {
    return this.#write(() => {
      this.#writes.moveRead(roomId, userId, offset);
      const person = this.#writes.knownPerson(userId);
      return this.#reads.readPosition(this.#writes.room(roomId), person);
    });
  }

  beginEpoch(roomId: string, seen: Position): Promise<void> {
    return this.#write(() => this.#writes.beginEpoch(roomId, seen));
  }

  async trim(before: number): Promise<number> {
    for (let total = 0;;) {
      // In slices, so that messages are taken in between.
      const trimmed = await this.#write(() => this.#writes.trim(before));
      total += trimmed;
      if (trimmed < TRIM_SLICE) return total;
    }
  }

  async deleteRoom(roomId: string): Promise<void> {
    for (let slice = TRIM_SLICE; slice === TRIM_SLICE;) {
      slice = await this.#write(() => this.#writes.deleteSlice(roomId));
    }
  }

  async *rooms(): AsyncIterable<string> {
    const rows = await this.#query(() =>
      this.#db.query<{ name: string }, []>("SELECT name FROM rooms").all()
    );
    for (const { name } of rows) yield name;
  }

  readers(roomId: string): Promise<Record<string, number>> {
    return this.#query(() => this.#reads.readers(this.#writes.room(roomId)));
  }

  restore(
    roomId: string,
    entries: Entry[],
    reads: Record<string, number>,
  ): Promise<void> {
    return this.#write(() => this.#writes.restore(roomId, entries, reads));
  }

  watch(): Promise<void> {
    return Promise.resolve();
  }

  unwatch(): void {}

  signal(roomId: string, text: string): void {
    this.#listener.signal(roomId, text);
  }

  async remove(removal: Removal): Promise<void> {
    await this.#write(() => this.#writes.remove(removal));
    this.#listener.removal(removal);
  }

  ping(): Promise<void> {
    return this.#query(() => void this.#db.query("SELECT 1").get());
  }

  async idle(): Promise<void> {
    while (this.#waiting.length > 0) {
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
      if (this.#waiting.length === 0) setImmediate(() => this.#commit());
      this.#waiting.push({ run, resolve, reject });
    });
  }

  #commit(): void {
    const writes = this.#waiting;
    const results: unknown[] = [];
    try {
      this.#db.run("BEGIN IMMEDIATE");
      for (const write of writes) results.push(write.run());
      this.#db.run("COMMIT");
    } catch (error) {
      this.#rollBack(storeError(error));
      return;
    }
    this.#waiting = [];
    const appended = this.#appended;
    this.#appended = new Map();
    for (const [roomId, entries] of appended) {
      this.#listener.entries(roomId, entries);
    }
    writes.forEach((write, i) => write.resolve(results[i] as never));
  }

  #rollBack(failure: StoreError): void {
    const writes = this.#waiting;
    this.#waiting = [];
    this.#appended.clear();
    this.#writes.forget();
    if (this.#db.inTransaction) this.#db.run("ROLLBACK");
    for (const write of writes) write.reject(failure);
  }
}

function openIn(folder: string): Database {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, "rooms.sqlite");
  try {
    return openDatabase(path);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : "unknown";
    const todo = "Free its disk, or restore it from a backup";
    throw new Error(`${path} cannot be used (${reason}). ${todo}.`, { cause });
  }
}

const storeError = (error: unknown): StoreError =>
  error instanceof StoreError
    ? error
    : new StoreError("The SQLite log failed.", { cause: error });
