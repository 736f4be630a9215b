import { errorFields, type Logger } from "../operations/logger.ts";
import type { Entry } from "../log/entry.ts";
import type { RoomLog } from "../log/log.ts";
import type { ServerFrame } from "../protocol.ts";
import { type News, newsOf } from "./news.ts";

/** What instances tell each other for people's feeds. None of it is stored. */
export interface Announcement {
  /** Which instance speaks. */
  from: string;
  /** Positions that were moved. */
  read?: [roomId: string, userId: string, offset: number][];
  /** For everyone who is in a room, or for one of them. */
  told?: [roomId: string, frame: ServerFrame, userId?: string][];
  /** Of rooms that not every instance hears of; the one that speaks knows them already. */
  news?: News[];
}

/**
 * Tells every instance what happened here, once a turn of the event loop: one message for all of
 * it, however many people it is for. While there is no other instance, nothing is sent.
 */
export class Announcer {
  readonly #stored = new Map<string, Entry[]>();
  #next: Omit<Announcement, "from"> = {};
  #scheduled = false;
  #alone = false;

  constructor(
    readonly instance: string,
    readonly log: () => RoomLog,
    /** Takes what an instance has to tell people here. */
    readonly hear: (announcement: Announcement) => void,
    readonly logger: Logger,
  ) {}

  /** Entries that were stored by this instance, and that another one may not hear of. */
  appended(roomId: string, entries: Entry[]): void {
    if (this.#alone) return;
    const stored = this.#stored.get(roomId);
    if (stored) stored.push(...entries);
    else this.#stored.set(roomId, [...entries]);
    this.#soon();
  }

  read(roomId: string, userId: string, offset: number): void {
    (this.#next.read ??= []).push([roomId, userId, offset]);
    this.#soon();
  }

  /** Tells everyone who is in a room, or one person. */
  tell(roomId: string, frame: ServerFrame, userId?: string): void {
    (this.#next.told ??= []).push(
      userId === undefined ? [roomId, frame] : [roomId, frame, userId],
    );
    this.#soon();
  }

  /** Lets the others know that there is this one: from then on they tell it. */
  async hello(): Promise<void> {
    await this.#send({ from: this.instance });
  }

  /** An instance said something, maybe this one. */
  heard(text: string): void {
    // Most are nothing but news, and those of its own it need not even parse.
    if (text.startsWith(`{"from":"${this.instance}","news"`)) return;
    const announcement = JSON.parse(text) as Announcement;
    const isOwn = announcement.from === this.instance;
    if (!isOwn) this.#alone = false;
    this.hear(isOwn ? { ...announcement, news: [] } : announcement);
  }

  #soon(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      const next: Announcement = { from: this.instance, ...this.#next };
      for (const [roomId, entries] of this.#stored) {
        (next.news ??= []).push(...newsOf(roomId, entries));
      }
      this.#next = {};
      this.#stored.clear();
      void this.#send(next);
    });
  }

  async #send(announcement: Announcement): Promise<void> {
    if (this.#alone) return this.hear({ ...announcement, news: [] });
    try {
      const heard = await this.log().announce(JSON.stringify(announcement));
      this.#alone = heard === 1;
    } catch (error) {
      // Nobody misses it for good: whoever comes back asks for summaries.
      this.logger("warn", "not-announced", errorFields(error));
    }
  }
}
