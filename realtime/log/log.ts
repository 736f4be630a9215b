import type { Message, Position, RoomSummary } from "../protocol.ts";
import type { Alert, Leftover, Renamed, SearchPage } from "../protocol-http.ts";
import type { MembersChange, MemberStore } from "../access/member-store.ts";
import type { SignOut } from "../access/sign-outs.ts";
import type { Changes } from "./changes.ts";
import type { Entry, NewEntry } from "./entry.ts";
import type { SearchQuery } from "./search.ts";

/** Where an append ended up; `repeated` when its clientId had been stored before. */
export interface Appended {
  epoch: string;
  offset: number;
  timestamp: number;
  repeated: boolean;
}

/** Who waits for an append. */
export interface Waiter {
  resolve(appended: Appended): void;
  reject(error: unknown): void;
}

/** Part of a room's log, with the newest position at the moment it was read. */
export interface Slice {
  epoch: string;
  offset: number;
  entries: Entry[];
}

/** A page of messages with later edits, deletions and reactions applied, oldest first. */
export interface Page {
  epoch: string;
  offset: number;
  messages: Message[];
}

/** What became of a part of a renaming. */
export interface RenamedSlice extends Renamed {
  /** Messages from which something was taken out, or that may have nothing left to say; some twice. */
  shed?: { roomId: string; id: string }[];
}

/** What a log tells the instance that opened it. */
export interface LogListener {
  /** Entries of a watched room, in log order; after a lost publish there may be a hole. */
  entries(roomId: string, entries: Entry[]): void;
  /** A signal sent to a watched room by any instance, this one included. */
  signal(roomId: string, text: string): void;
  /**
   * What this instance appended to a room, watched or not, in log order; unless every instance
   * hears of it by itself.
   */
  appended(roomId: string, entries: Entry[]): void;
  /** What any instance appended to a room, which every instance hears of, this one included. */
  heardByAll(roomId: string, entries: Entry[]): void;
  /** What any instance announced, this one included. */
  announced(text: string): void;
  /** Sessions ended, now or in the last minutes. */
  signedOut(signOut: SignOut): void;
  /** The members of a room are others, or may be. */
  membersChanged(change: MembersChange): void;
  /** The store came back: publishes may have been missed, or its newest entries lost. */
  reconnected(): void;
}

/** Milliseconds for which an alert stays noted: well over what an append may take. */
export const ALERT_HELD = 15_000;
/** Alerts that one call gives. */
export const ALERTS_AT_ONCE = 1_000;

/** How many unread entries are looked at: more than this many unread count as this many. */
export const UNREAD_LIMIT = 500;

/** What SQLite and the operating system say when nothing more can be written. */
const FULL = /database or disk is full|no space left/i;

function showsFull(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = "code" in error ? String(error.code) : "";
  return /^(ENOSPC|EDQUOT|SQLITE_FULL)$/.test(code) ||
    FULL.test(error.message) || showsFull(error.cause);
}

/** The store cannot take or give anything now; the same call may work later. */
export class StoreError extends Error {
  override name = "StoreError";

  /** `disk-full` when nothing more can be written, as far as its causes tell. */
  get code(): "store-unavailable" | "disk-full" {
    const isFull = FULL.test(this.message) || showsFull(this.cause);
    return isFull ? "disk-full" : "store-unavailable";
  }

  /** What a person reads: what to do, and nothing of the store itself. */
  get sentence(): string {
    return this.code === "disk-full"
      ? "The server's disk is full. Whoever runs it must free some space."
      : "The server could not do this now; it can be tried again.";
  }
}

/**
 * The durable log of all rooms: per room one total order of entries, with offsets 1, 2, 3…
 * within an epoch. Every method rejects with {@link StoreError} when the store fails.
 */
export interface RoomLog {
  readonly store: "sqlite" | "redis";
  /** Appends that wait for the store. */
  readonly pending: number;
  /** The copies of the rooms' members. */
  readonly members: MemberStore;
  /** What changed lately; undefined where other instances write to the store as well. */
  readonly changes?: Changes;
  /**
   * Appends; resolves once the entry is as durable as the store is set to make it.
   * Appends made in one order by one caller are stored in that order. A repeated
   * (room, sender, clientId) resolves to the first append and stores nothing. With a
   * deletion every part of the message and of its edits leaves the log; their heads stay.
   */
  append(entry: NewEntry): Promise<Appended>;
  /** The same, for callers with so many appends that a promise for each would slow them down. */
  appendFor(waiter: Waiter, entry: NewEntry): void;
  /** Up to `limit` entries after an offset, oldest first. */
  read(roomId: string, after: number, limit: number): Promise<Slice>;
  /** The newest messages before an offset, or the oldest after one, or the newest. */
  page(
    roomId: string,
    range: { before?: number; after?: number; limit: number },
  ): Promise<Page>;
  /**
   * Finds messages as they read now: after edits, without deleted ones, of whatever was stored
   * before this was called. Costs a bounded time.
   */
  search(query: SearchQuery): Promise<SearchPage>;
  /** One message with what happened to it applied, or null. */
  find(roomId: string, id: string): Promise<Message | null>;
  /** Newest offset and the person's read position in each of the rooms. */
  positions(
    userId: string,
    roomIds: string[],
  ): Promise<Record<string, { epoch: string; offset: number; read: number }>>;
  summaries(
    userId: string,
    roomIds: string[],
  ): Promise<Record<string, RoomSummary>>;
  /** When the newest entry of each of these rooms was made, in milliseconds since the Unix epoch;
   * nothing of a room without one. */
  activity(roomIds: string[]): Promise<Record<string, number>>;
  /** Moves a read position forward, never back; resolves to where it is then. */
  markRead(roomId: string, userId: string, offset: number): Promise<number>;
  /**
   * Begins a new epoch if the log is behind a position of its present one: a store that
   * lost entries would otherwise give their offsets to others.
   */
  beginEpoch(roomId: string, seen: Position): Promise<void>;
  /** Removes entries older than a time, but the newest of each room; resolves to how many. */
  trim(before: number): Promise<number>;
  /**
   * Puts a name in place of the one a person had, in a part of all that is stored, and takes out the
   * files and voice notes they sent, which are gone; whoever deletes an account asks until all is
   * done. Each call takes a bounded time. Asked again for a part it names the same messages.
   *
   * @param after where the part before this one ended.
   */
  rename(userId: string, name: string, after?: string): Promise<RenamedSlice>;
  /** Removes a room and all it has: entries, read positions, what was sent. */
  deleteRoom(roomId: string): Promise<void>;
  /** Some of what hung on parts that left the log; each until it is {@link taken}. */
  leftovers(): Promise<Leftover[]>;
  /** Forgets leftovers: somebody else remembers them now. */
  taken(leftovers: Pick<Leftover, "roomId" | "receipt">[]): Promise<void>;
  /** Notes that something is about to be appended that somebody may have to be told of. */
  noteAlert(roomId: string): Promise<void>;
  /** Some of the rooms that are noted; each until it is {@link alertsTaken}. */
  alerts(): Promise<Alert[]>;
  /** Forgets notes, unless they were written anew, or so lately that what they are for may come. */
  alertsTaken(alerts: Alert[]): Promise<void>;
  /** The ids of all rooms. */
  rooms(): AsyncIterable<string>;
  /** Everyone's read position in a room. */
  readers(roomId: string): Promise<Record<string, number>>;
  /** Puts back a room from a backup, in a new epoch. Rejects if the log has entries of it. */
  restore(
    roomId: string,
    entries: Entry[],
    reads: Record<string, number>,
  ): Promise<void>;
  /** From when this resolves, the listener hears of everything appended to the room. */
  watch(roomId: string): Promise<void>;
  unwatch(roomId: string): void;
  /** Tells every instance watching the room something that is not stored. */
  signal(roomId: string, text: string): void;
  /**
   * Tells every instance, this one included, something that is not stored; resolves to how many
   * there are, if that can be known, else to Infinity.
   */
  announce(text: string): Promise<number>;
  /** Remembers a sign-out for longer than any token lives, and tells every instance. */
  signOut(signOut: SignOut): Promise<void>;
  /** Resolves if the store answers. */
  ping(): Promise<void>;
  /** Resolves when no append is in flight. */
  idle(): Promise<void>;
  close(): Promise<void>;
}
