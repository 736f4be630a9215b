import type { Entry } from "../log/entry.ts";
import { frameText } from "../log/frame-text.ts";
import type { RoomLog } from "../log/log.ts";
import { errorFields, type Logger } from "../operations/logger.ts";
import { LIMITS } from "../protocol.ts";

/** One entry's frame, as sent. */
export interface Delivery {
  offset: number;
  text: string;
}

/** Milliseconds before the log is asked again for entries that are missing. */
const FILL_RETRY = 500;

/**
 * A room as this instance has it open. It delivers every entry once and in order,
 * whatever it hears twice, late or not at all: what is missing it reads from the log.
 */
export class Room {
  readonly topic: string;
  /** The newest offset delivered here; -1 until the log was read once. */
  delivered = -1;
  epoch = "";
  /** Who reads this room without a socket. */
  readonly listeners = new Set<(delivery: Delivery) => void>();
  #early: Entry[] = [];
  #filling: Promise<void> | null = null;
  #fillingNext: Promise<void> | null = null;
  #joins = 0;
  #recent: Delivery[] = [];
  #retry: Timer | undefined;
  /** Set when the last reader has gone. */
  closed = false;

  constructor(
    readonly id: string,
    readonly log: RoomLog,
    readonly publish: (topic: string, text: string) => void,
    readonly logger: Logger,
  ) {
    this.topic = `room:${id}`;
  }

  /** Takes entries in log order and delivers those that are next. */
  deliver(entries: Entry[]): void {
    if (this.delivered < 0 || this.#filling) this.#early.push(...entries);
    else if (!this.#acceptAll(entries)) this.#fillSoon(0);
  }

  /**
   * Reads the log while keeping what is delivered meanwhile, then calls `joined` in the
   * same turn with what the log held and, without a gap, what came after: whoever starts
   * to listen inside `joined` misses nothing and gets nothing twice.
   */
  async join<T extends { epoch: string; offset: number }>(
    read: () => Promise<T>,
    joined: (page: T, since: Delivery[]) => void,
  ): Promise<void> {
    this.#joins += 1;
    try {
      let page = await read();
      this.#opened(page);
      if (page.offset > this.delivered) await this.fill();
      // A new epoch began meanwhile: what was read belongs to the old one.
      if (page.epoch !== this.epoch) page = await read();
      joined(page, this.#recent.filter(({ offset }) => offset > page.offset));
    } finally {
      this.#joins -= 1;
      if (this.#joins === 0) this.#recent = [];
    }
  }

  /**
   * Reads from the log whatever it has beyond what was delivered; tries again by itself.
   *
   * @throws {StoreError} if the first try failed.
   */
  fill(): Promise<void> {
    if (!this.#filling) return this.#filling = this.#fill();
    // The one under way may have read already: what was stored since would be missed.
    this.#fillingNext ??= this.#filling.catch(() => {}).then(() => {
      this.#fillingNext = null;
      return this.fill();
    });
    return this.#fillingNext;
  }

  async #fill(): Promise<void> {
    try {
      await this.#readOn();
    } catch (error) {
      const fields = errorFields(error);
      this.logger("warn", "room-fill-failed", { room: this.id, ...fields });
      this.#fillSoon(FILL_RETRY);
      throw error;
    } finally {
      this.#filling = null;
    }
    const early = this.#early;
    this.#early = [];
    // Heard of, but not in the log yet: a replica that is behind, or entries that are lost.
    if (!this.#acceptAll(early)) this.#fillSoon(FILL_RETRY);
  }

  #fillSoon(delay: number): void {
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => {
      // The failure was logged, and the next try is on its way.
      if (!this.closed) this.fill().catch(() => {});
    }, delay);
  }

  async #readOn(): Promise<void> {
    while (this.delivered >= 0) {
      const { epoch, delivered } = this;
      const limit = LIMITS.recoveryEntries;
      const slice = await this.log.read(this.id, delivered, limit);
      if (slice.epoch === epoch && slice.offset < delivered) {
        // What was delivered is gone, so it must not be taken for the same log.
        await this.log.beginEpoch(this.id, { epoch, offset: delivered });
        continue;
      }
      this.#follow(slice.epoch, slice.offset);
      for (const entry of slice.entries) {
        // The log does not have what lies before: it was trimmed.
        if (entry.epoch === this.epoch && entry.offset > this.delivered) {
          this.delivered = entry.offset - 1;
        }
        this.#accept(entry);
      }
      if (slice.entries.length < limit) return;
    }
  }

  #opened(page: { epoch: string; offset: number }): void {
    if (this.delivered >= 0) return this.#follow(page.epoch, page.offset);
    this.delivered = page.offset;
    this.epoch = page.epoch;
    const early = this.#early;
    this.#early = [];
    this.deliver(early);
  }

  /** A log that lost entries starts a new epoch: go on from where that is. */
  #follow(epoch: string, offset: number): void {
    if (Number(epoch) <= Number(this.epoch)) return;
    this.epoch = epoch;
    this.delivered = Math.min(this.delivered, offset);
  }

  /** False, and the rest dropped, if entries are missing before one of them. */
  #acceptAll(entries: Entry[]): boolean {
    return entries.every((entry) => this.#accept(entry));
  }

  #accept(entry: Entry): boolean {
    if (Number(entry.epoch) < Number(this.epoch)) return true;
    this.#follow(entry.epoch, entry.offset - 1);
    if (entry.offset <= this.delivered) return true;
    if (entry.offset > this.delivered + 1) return false;
    this.delivered = entry.offset;
    const { offset } = entry;
    const text = frameText(this.id, entry);
    this.publish(this.topic, text);
    for (const listener of this.listeners) listener({ offset, text });
    if (this.#joins > 0) this.#recent.push({ offset, text });
    return true;
  }
}
