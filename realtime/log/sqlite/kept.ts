import type { Page } from "../log.ts";

/** Characters of pages that are kept, as JSON: a byte or two each, as objects and as text. */
const MOST_TEXT = 8_000_000;
/** How many unread messages somebody has in a room: kept for so many, about 100 bytes each. */
const MOST_UNREAD = 50_000;

/** How many messages are new to somebody, and how many of those mention them. */
export interface Unread {
  unread: number;
  mentioned: number;
}

/** A room as it is now. */
interface Room {
  key: number;
  epoch: string;
  offset: number;
}

interface Of<T> {
  epoch: string;
  offset: number;
  value: T;
}

interface KeptPage extends Of<Page> {
  weight: number;
}

/** What changes entries in their place; whatever else is said of a room raises its offset. */
const IN_PLACE = new Set([
  "beginEpoch",
  "trim",
  "deleteSlice",
  "renameSlice",
  "restore",
]);

/**
 * What was read of rooms in which nothing happened since: everybody in a room reads the same newest
 * page. It counts for one epoch and one newest offset, which are read each time, and is let go of
 * before anybody is told that something was changed in its place. What is kept cannot be changed by
 * whoever gets it.
 */
export class Kept {
  readonly #pages = new Map<string, KeptPage>();
  readonly #unread = new Map<string, Of<Unread> & { read: number }>();
  #weight = 0;

  /** The newest page of a room, of so many messages. */
  newest(room: Room, limit: number, read: () => Page): Page {
    const id = `${room.key} ${limit}`;
    const known = this.#pages.get(id);
    this.#pages.delete(id);
    if (known?.epoch === room.epoch && known.offset === room.offset) {
      this.#pages.set(id, known);
      return known.value;
    }
    this.#weight -= known?.weight ?? 0;
    const { epoch, offset } = room;
    const value = read();
    for (const message of value.messages) Object.freeze(message);
    Object.freeze(value.messages);
    const weight = JSON.stringify(value).length;
    this.#pages.set(id, { epoch, offset, value, weight });
    this.#weight += weight;
    for (const [oldest, { weight }] of this.#pages) {
      if (this.#weight <= MOST_TEXT) break;
      this.#pages.delete(oldest);
      this.#weight -= weight;
    }
    return value;
  }

  /** What is new in a room to somebody who has read up to an offset. */
  unread(
    { key, epoch, offset }: Room,
    userId: string,
    read: number,
    count: () => Unread,
  ): Unread {
    if (read >= offset) return { unread: 0, mentioned: 0 };
    const id = `${key} ${userId}`;
    const known = this.#unread.get(id);
    this.#unread.delete(id);
    const isNow = known?.epoch === epoch && known.offset === offset &&
      known.read === read;
    const now = isNow ? known : { epoch, offset, read, value: count() };
    this.#unread.set(id, now);
    const [oldest] = this.#unread.keys();
    if (this.#unread.size > MOST_UNREAD && oldest) this.#unread.delete(oldest);
    return now.value;
  }

  /** Hears of a write that is on the disk, before whoever asked for it does. */
  written(operation: string): void {
    if (!IN_PLACE.has(operation)) return;
    this.#pages.clear();
    this.#unread.clear();
    this.#weight = 0;
  }
}
