import type { MembersChange, MemberStore } from "../access/member-store.ts";
import type { OpenSocket } from "../rooms/readers.ts";
import type { Entry } from "../log/entry.ts";
import { errorFields, type Logger } from "../operations/logger.ts";
import type { RoomNews, ServerFrame } from "../protocol.ts";
import type { Announcement } from "./announcer.ts";
import { merged, type News, newsOf } from "./news.ts";

/** Milliseconds in which news of a room are told together. */
const TOGETHER = 100;

/** What people here are to hear of a room: what was stored, and what another instance made of it. */
interface Due {
  entries: Entry[];
  news: News[];
}

/** A person with a socket here. */
interface Reader {
  rooms: Set<string>;
  /** Resolves when their rooms are known. */
  loaded: Promise<void>;
  /** Changes that came while their rooms were read; undefined once they were. */
  missed: MembersChange[] | undefined;
}

/**
 * Which people with a socket here are in which rooms, and what they hear of rooms that they have
 * not opened. People without a socket cost nothing.
 */
export class Feeds {
  readonly #people = new Map<string, Reader>();
  readonly #rooms = new Map<string, Set<string>>();
  readonly #due = new Map<string, Due>();
  #timer: Timer | undefined;

  constructor(
    readonly store: () => MemberStore,
    readonly connectionsOf: (userId: string) => readonly OpenSocket[],
    readonly logger: Logger,
  ) {}

  /** Somebody's first socket is here. */
  connected(userId: string): void {
    if (!this.#people.has(userId)) this.#load(userId);
  }

  /** Somebody's last socket is gone. */
  disconnected(userId: string): void {
    for (const roomId of this.#people.get(userId)?.rooms ?? []) {
      this.#remove(roomId, userId);
    }
    this.#people.delete(userId);
  }

  /** Whether anybody here may hear of a room: they are in it, and have not opened it everywhere. */
  isWanted(roomId: string): boolean {
    for (const userId of this.#rooms.get(roomId) ?? []) {
      const connections = this.connectionsOf(userId);
      if (connections.some((one) => !one.isReading(roomId))) return true;
    }
    return false;
  }

  /**
   * The rooms of a person with a socket here.
   *
   * @throws {StoreError}
   */
  async roomsOf(userId: string): Promise<string[]> {
    let reader = this.#people.get(userId) ?? this.#load(userId);
    try {
      await reader.loaded;
    } catch {
      // The store was away; it may be back.
      reader = this.#load(userId);
      await reader.loaded;
    }
    return [...reader.rooms];
  }

  #load(userId: string): Reader {
    this.disconnected(userId);
    const reader: Reader = {
      rooms: new Set(),
      loaded: Promise.resolve(),
      missed: [],
    };
    this.#people.set(userId, reader);
    reader.loaded = this.#read(userId, reader);
    reader.loaded.catch((error) => {
      this.logger("warn", "feed-not-read", errorFields(error));
    });
    return reader;
  }

  async #read(userId: string, reader: Reader): Promise<void> {
    const rooms = await this.store().roomsOf(userId);
    // The person may have gone, and come again.
    if (this.#people.get(userId) !== reader) return;
    for (const roomId of rooms) this.#add(roomId, userId, reader);
    const { missed = [] } = reader;
    reader.missed = undefined;
    for (const { roomId, changed } of missed) {
      const role = changed?.[userId];
      if (role) this.#add(roomId, userId, reader);
      else if (role === null) this.#remove(roomId, userId);
    }
  }

  #add(roomId: string, userId: string, reader: Reader): void {
    reader.rooms.add(roomId);
    const people = this.#rooms.get(roomId);
    if (people) people.add(userId);
    else this.#rooms.set(roomId, new Set([userId]));
  }

  #remove(roomId: string, userId: string): void {
    this.#people.get(userId)?.rooms.delete(roomId);
    const people = this.#rooms.get(roomId);
    people?.delete(userId);
    if (people?.size === 0) this.#rooms.delete(roomId);
  }

  /** Hears who came to a room or left it. */
  membersChanged(change: MembersChange): void {
    const { roomId, changed } = change;
    for (const [userId, role] of Object.entries(changed ?? {})) {
      const reader = this.#people.get(userId);
      if (!reader) continue;
      reader.missed?.push(change);
      if (role === null) this.#remove(roomId, userId);
      else this.#add(roomId, userId, reader);
    }
  }

  /** Looks again who is in a room, as changes may have been missed. */
  async look(roomId: string): Promise<void> {
    try {
      const members = new Set(await this.store().membersOf(roomId));
      for (const userId of this.#rooms.get(roomId) ?? []) {
        if (!members.has(userId)) this.#remove(roomId, userId);
      }
      for (const userId of members) {
        const reader = this.#people.get(userId);
        if (reader) this.#add(roomId, userId, reader);
      }
    } catch (error) {
      this.logger("warn", "feed-not-read", errorFields(error));
    }
  }

  /** Reads everybody's rooms again, and has them ask for summaries: something may be missed. */
  renew(): void {
    for (const userId of [...this.#people.keys()]) {
      this.#load(userId);
      this.#tell(userId, JSON.stringify(STALE));
    }
  }

  /** Entries that were stored in a room, by this instance or, if all hear of it, by any. */
  stored(roomId: string, entries: Entry[]): void {
    this.#dueOf(roomId)?.entries.push(...entries);
  }

  /** What is due in a room, if somebody here is in it. */
  #dueOf(roomId: string): Due | undefined {
    const known = this.#due.get(roomId);
    if (known || !this.#rooms.has(roomId)) return known;
    const due: Due = { entries: [], news: [] };
    this.#due.set(roomId, due);
    this.#timer ??= setTimeout(() => this.#flush(), TOGETHER);
    return due;
  }

  /** Hears what any instance announced. */
  hear({ news = [], read = [], told = [] }: Announcement): void {
    for (const one of news) this.#dueOf(one.roomId)?.news.push(one);
    for (const [roomId, userId, offset] of read) {
      this.#tell(userId, JSON.stringify({ event: "read", roomId, offset }));
    }
    for (const [roomId, frame, userId] of told) {
      if (userId === undefined) this.#tellRoom(roomId, frame);
      else this.#tell(userId, JSON.stringify(frame));
    }
  }

  #flush(): void {
    this.#timer = undefined;
    for (const [roomId, { entries, news: announced }] of this.#due) {
      if (!this.isWanted(roomId)) continue;
      for (const news of merged([...newsOf(roomId, entries), ...announced])) {
        this.#tellRoom(roomId, { event: "room-news", ...news });
      }
    }
    this.#due.clear();
  }

  /**
   * Tells everyone here who is in a room, but not on sockets that have it open: what they hear of it
   * is in its entries, and what it is called is not.
   */
  #tellRoom(roomId: string, frame: ServerFrame | RoomNews): void {
    const text = JSON.stringify(frame);
    const unlessOpen = frame.event === "room-renamed" ? undefined : roomId;
    for (const userId of this.#rooms.get(roomId) ?? []) {
      this.#tell(userId, text, unlessOpen);
    }
  }

  #tell(userId: string, text: string, unlessOpen?: string): void {
    for (const connection of this.connectionsOf(userId)) {
      const isOpen = unlessOpen !== undefined &&
        connection.isReading(unlessOpen);
      if (!isOpen) connection.say(text);
    }
  }

  close(): void {
    clearTimeout(this.#timer);
  }
}

/** Whoever gets this asks for summaries again. */
const STALE: ServerFrame = { event: "summaries-stale" };
