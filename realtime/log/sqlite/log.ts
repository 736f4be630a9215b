import type { Database } from "bun:sqlite";
import type { Message, Position, RoomSummary } from "../../protocol.ts";
import type { Alert, Leftover, SearchPage } from "../../protocol-http.ts";
import { changeOf, type MemberStore } from "../../access/member-store.ts";
import {
  fromName,
  SIGN_OUT_MEMORY,
  type SignOut,
} from "../../access/sign-outs.ts";
import { Changes } from "../changes.ts";
import type { Entry, NewEntry } from "../entry.ts";
import { erased } from "../lines.ts";
import {
  ALERT_HELD,
  type Appended,
  type LogListener,
  type Page,
  type RenamedSlice,
  type RoomLog,
  type Slice,
  StoreError,
  type Waiter,
} from "../log.ts";
import type { SearchQuery } from "../search.ts";
import type { Arguments, Operation, Result } from "./calls.ts";
import { Commits } from "./commits.ts";
import { among, peopleOf, roomsOf, standingsOf } from "./members.ts";
import { type RoomRow, SqliteReads } from "./reads.ts";
import { openIn, pathIn, tryWriting } from "./folder.ts";
import { failure, LocalWriter, WorkerWriter } from "./writer.ts";
import { isBehind } from "./search-index.ts";
import { LocalSearcher, type Searcher, WorkerSearcher } from "./searcher.ts";
import type { Stored } from "./writes.ts";

/**
 * The log in one SQLite file, for one instance. What comes in while a transaction is on its
 * way to the disk shares the next one, and so one fsync.
 */
export class SqliteLog implements RoomLog {
  readonly store = "sqlite";
  readonly changes = new Changes();
  readonly #db: Database;
  readonly #folder: string | undefined;
  readonly #reads: SqliteReads;
  readonly #commits: Commits;
  readonly #searcher: Searcher;
  readonly #listener: LogListener;

  /**
   * Opens (or makes) `rooms.sqlite` in a folder; or takes a database that is open, and
   * then also writes in this thread.
   */
  constructor(from: string | Database, listener: LogListener) {
    this.#listener = listener;
    this.#folder = typeof from === "string" ? from : undefined;
    this.#db = typeof from === "string" ? openIn(from) : from;
    const writer = typeof from === "string"
      ? new WorkerWriter(pathIn(from))
      : new LocalWriter(from);
    this.#searcher = typeof from === "string"
      ? new WorkerSearcher(pathIn(from))
      : new LocalSearcher(from);
    // What was written before there was an index is put into it from now on.
    if (isBehind(this.#db)) writer.begin();
    this.#commits = new Commits(writer, (writes, results) => {
      const stored = new Map<string, Entry[]>();
      writes.forEach(({ call, entry }, i) => {
        if (entry) return gather(stored, entry, results[i] as Stored);
        this.#reads.kept.written(call[0]);
        this.changes.written(call);
      });
      for (const roomId of stored.keys()) this.changes.appended(roomId);
      this.#tell(stored);
    });
    this.#reads = new SqliteReads(this.#db);
    this.#tellSignOuts();
  }

  /** The copies, in tables of the same file. */
  readonly members: MemberStore = {
    put: async (roomId, list, from) => {
      const put = await this.#write("putMembers", roomId, list);
      if (!put) return;
      const change = changeOf(roomId, list, from, put);
      if (change) this.#listener.membersChanged(change);
    },
    update: async (roomId, update) => {
      const put = await this.#write("updateMembers", roomId, update);
      if (put === "unknown") return false;
      const change = put && changeOf(roomId, update, "web", put);
      if (change) this.#listener.membersChanged(change);
      return true;
    },
    drop: async (roomId, userId, version) => {
      if (!await this.#write("dropMember", roomId, userId, version)) return;
      const changed = { [userId]: null };
      const versions = { roomId, before: version, version };
      this.#listener.membersChanged({ ...versions, changed });
    },
    standings: (userId, roomIds) =>
      this.#query(() => standingsOf(this.#db, userId, roomIds)),
    among: (roomId, ids) => this.#query(() => among(this.#db, roomId, ids)),
    membersOf: (roomId) => this.#query(() => peopleOf(this.#db, roomId)),
    roomsOf: (userId) => this.#query(() => roomsOf(this.#db, userId)),
  };

  get pending(): number {
    return this.#commits.waiting;
  }

  /** Whether something is stored that is not in the index yet: searches look through it. */
  get isIndexing(): boolean {
    return isBehind(this.#db);
  }

  append(entry: NewEntry): Promise<Appended> {
    return new Promise((resolve, reject) => {
      this.appendFor({ resolve, reject }, entry);
    });
  }

  appendFor(waiter: Waiter, entry: NewEntry): void {
    this.#commits.add({ call: ["append", entry], entry, waiter });
  }

  read(roomId: string, after: number, limit: number): Promise<Slice> {
    return this.#inRoom(
      roomId,
      (room) => this.#reads.slice(room, after, limit),
    );
  }

  page(
    roomId: string,
    range: { before?: number; after?: number; limit: number },
  ): Promise<Page> {
    return this.#inRoom(roomId, (room) => this.#reads.page(room, range));
  }

  find(roomId: string, id: string): Promise<Message | null> {
    return this.#inRoom(roomId, (room) => this.#reads.find(room, id));
  }

  positions(userId: string, roomIds: string[]) {
    return this.#inRooms(roomIds, (room) => {
      const { epoch, offset } = room;
      return { epoch, offset, read: this.#reads.readPosition(room, userId) };
    });
  }

  summaries(
    userId: string,
    roomIds: string[],
  ): Promise<Record<string, RoomSummary>> {
    return this.#inRooms(roomIds, (room) => this.#reads.summary(room, userId));
  }

  activity(roomIds: string[]): Promise<Record<string, number>> {
    return this.#query(() => this.#reads.activity(roomIds));
  }

  markRead(roomId: string, userId: string, offset: number): Promise<number> {
    return this.#write("moveRead", roomId, userId, offset);
  }

  beginEpoch(roomId: string, seen: Position): Promise<void> {
    return this.#write("beginEpoch", roomId, seen);
  }

  async trim(before: number): Promise<number> {
    for (let total = 0;;) {
      // In slices, so that messages are taken in between.
      const { trimmed, isMore } = await this.#write("trim", before);
      total += trimmed;
      if (!isMore) return total;
    }
  }

  async deleteRoom(roomId: string): Promise<void> {
    while (await this.#write("deleteSlice", roomId)) {
      // Messages are taken in between.
    }
  }

  search(query: SearchQuery): Promise<SearchPage> {
    return this.#searcher.search(query);
  }

  rename(userId: string, name: string, after = "0"): Promise<RenamedSlice> {
    return this.#write("renameSlice", userId, name, Number(after) || 0);
  }

  leftovers(): Promise<Leftover[]> {
    return this.#query(() => this.#reads.leftovers());
  }

  taken(leftovers: Pick<Leftover, "receipt">[]): Promise<void> {
    return this.#write("forgetLeftovers", leftovers.map((it) => it.receipt));
  }

  noteAlert(roomId: string): Promise<void> {
    return this.#write("noteAlert", roomId, Date.now());
  }

  alerts(): Promise<Alert[]> {
    return this.#query(() => this.#reads.alerts());
  }

  alertsTaken(alerts: Alert[]): Promise<void> {
    return this.#write("forgetAlerts", alerts, Date.now() - ALERT_HELD);
  }

  async *rooms(): AsyncIterable<string> {
    yield* await this.#query(() => this.#reads.roomIds());
  }

  readers(roomId: string): Promise<Record<string, number>> {
    return this.#inRoom(roomId, (room) => this.#reads.readers(room));
  }

  restore(
    roomId: string,
    entries: Entry[],
    reads: Record<string, number>,
  ): Promise<void> {
    return this.#write("restore", roomId, entries, reads);
  }

  watch(): Promise<void> {
    return Promise.resolve();
  }

  unwatch(): void {}

  signal(roomId: string, text: string): void {
    this.#listener.signal(roomId, text);
  }

  announce(text: string): Promise<number> {
    this.#listener.announced(text);
    return Promise.resolve(1);
  }

  async signOut(signOut: SignOut): Promise<void> {
    await this.#write("signOut", signOut);
    this.#listener.signedOut(signOut);
  }

  async ping(): Promise<void> {
    await this.#query(() => void this.#db.query("SELECT 1").get());
    if (this.#folder !== undefined) await tryWriting(this.#folder);
  }

  idle(): Promise<void> {
    return this.#commits.idle();
  }

  async close(): Promise<void> {
    await this.#commits.close();
    await this.#searcher.close();
    this.#db.close();
  }

  #tellSignOuts(): void {
    const rows = this.#db.query<{ person: string; at: number }, [number]>(
      "SELECT person, at FROM removals WHERE room = '*' AND at > ?",
    ).all(Date.now() - SIGN_OUT_MEMORY);
    for (const { person, at } of rows) {
      this.#listener.signedOut(fromName(person, at));
    }
  }

  /** Reads in a room; one that nobody wrote to gets its epoch first. */
  async #inRoom<T>(roomId: string, read: (room: RoomRow) => T): Promise<T> {
    const found = await this.#query(() => {
      const room = this.#reads.room(roomId);
      return room && { value: read(room) };
    });
    if (found) return found.value;
    await this.#write("room", roomId);
    return this.#query(() => read(this.#roomRow(roomId)));
  }

  async #inRooms<T>(
    roomIds: string[],
    read: (room: RoomRow) => T,
  ): Promise<Record<string, T>> {
    const found = await this.#query(() => {
      const rooms = roomIds.map((id) => this.#reads.room(id));
      const all = rooms.filter((room) => room !== undefined);
      if (all.length < rooms.length) return rooms;
      return Object.fromEntries(roomIds.map((id, i) => [id, read(all[i]!)]));
    });
    if (!Array.isArray(found)) return found;
    const missing = roomIds.filter((_, i) => !found[i]);
    await Promise.all(missing.map((id) => this.#write("room", id)));
    return this.#query(() =>
      Object.fromEntries(roomIds.map((id) => [id, read(this.#roomRow(id))]))
    );
  }

  #roomRow(roomId: string): RoomRow {
    const room = this.#reads.room(roomId);
    if (!room) throw new StoreError("The room was deleted just now.");
    return room;
  }

  /** Runs queries that must see one moment of the log. */
  // deno-lint-ignore require-await -- a throwing query must become a rejection
  async #query<T>(run: () => T): Promise<T> {
    try {
      return this.#db.transaction(run)();
    } catch (error) {
      throw failure(error);
    }
  }

  #write<O extends Operation>(
    operation: O,
    ...args: Arguments<O>
  ): Promise<Result<O>> {
    return new Promise((resolve, reject) => {
      const waiter = { resolve, reject };
      this.#commits.add({ call: [operation, ...args], waiter });
    });
  }

  /** Tells the listener what was appended, now that it is on the disk. */
  #tell(stored: Map<string, Entry[]>): void {
    for (const [roomId, entries] of stored) {
      this.#listener.entries(roomId, entries);
      this.#listener.appended(roomId, entries);
    }
  }
}

/** Puts an entry beside those of its room, unless it was stored before. */
function gather(
  rooms: Map<string, Entry[]>,
  entry: NewEntry,
  { epoch, offset, repeated, isErased }: Stored,
): void {
  if (repeated) return;
  const { roomId } = entry;
  const { kind, head, parts, attached } = isErased ? erased(entry) : entry;
  const stored = { epoch, offset, kind, head, parts, attached };
  const entries = rooms.get(roomId);
  if (entries) entries.push(stored);
  else rooms.set(roomId, [stored]);
}
