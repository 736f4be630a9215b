import { errorFields, type Logger } from "../operations/logger.ts";
import type { RoomLog } from "../log/log.ts";
import type { ServerFrame } from "../protocol.ts";
import { type News, newsOf, type Stored } from "./news.ts";

/** What instances tell each other for people's feeds. None of it is stored. */
export interface Announcement {
  /** Which instance speaks. */
  from: string;
  news?: News[];
  /** Positions that were moved. */
  read?: [roomId: string, userId: string, offset: number][];
  /** For everyone who is in a room. */
  told?: [roomId: string, frame: ServerFrame][];
}

/**
 * Tells every instance what happened here, once a turn of the event loop: one message for all of
 * it, however many people it is for. While there is no other instance, nothing is sent.
 */
export class Announcer {
  readonly #stored = new Map<string, { epoch: string; stored: Stored[] }>();
  #next: Required<Omit<Announcement, "from">> = empty();
  #scheduled = false;
  #alone = false;

  constructor(
    readonly instance: string,
    readonly log: () => RoomLog,
    /** Takes what this instance has to tell its own people. */
    readonly hear: (announcement: Announcement) => void,
    /** Whether anybody here would hear of a room. */
    readonly isWanted: (roomId: string) => boolean,
    readonly logger: Logger,
  ) {}

  /** Entries that were stored by this instance, in order. */
  appended(roomId: string, epoch: string, stored: Stored[]): void {
    if (this.#alone && !this.isWanted(roomId)) return;
    const known = this.#stored.get(roomId);
    if (known?.epoch === epoch) known.stored.push(...stored);
    else {
      this.#settle(roomId);
      this.#stored.set(roomId, { epoch, stored: [...stored] });
    }
    this.#soon();
  }

  read(roomId: string, userId: string, offset: number): void {
    this.#next.read.push([roomId, userId, offset]);
    this.#soon();
  }

  tell(roomId: string, frame: ServerFrame): void {
    this.#next.told.push([roomId, frame]);
    this.#soon();
  }

  /** Lets the others know that there is this one: from then on they tell it. */
  async hello(): Promise<void> {
    await this.#send({ from: this.instance });
  }

  /** Another instance said something. */
  heard(text: string): void {
    const announcement = JSON.parse(text) as Announcement;
    if (announcement.from !== this.instance) this.#alone = false;
    this.hear(announcement);
  }

  #settle(roomId: string): void {
    const known = this.#stored.get(roomId);
    if (!known) return;
    this.#stored.delete(roomId);
    for (const run of runsOf(known.stored)) {
      const news = newsOf(roomId, known.epoch, run);
      if (news) this.#next.news.push(news);
    }
  }

  #soon(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      for (const roomId of [...this.#stored.keys()]) this.#settle(roomId);
      const next = this.#next;
      this.#next = empty();
      void this.#send({ from: this.instance, ...next });
    });
  }

  async #send(announcement: Announcement): Promise<void> {
    if (this.#alone) return this.hear(announcement);
    try {
      const heard = await this.log().announce(JSON.stringify(announcement));
      this.#alone = heard === 1;
    } catch (error) {
      // Nobody misses it for good: whoever comes back asks for summaries.
      this.logger("warn", "not-announced", errorFields(error));
    }
  }
}

const empty = () => ({ news: [], read: [], told: [] });

/** Splits where another instance's entries lie in between. */
function runsOf(stored: Stored[]): Stored[][] {
  const runs: Stored[][] = [];
  for (const one of stored.toSorted((a, b) => a.offset - b.offset)) {
    const run = runs.at(-1);
    if (run && run.at(-1)?.offset === one.offset - 1) run.push(one);
    else runs.push([one]);
  }
  return runs;
}
