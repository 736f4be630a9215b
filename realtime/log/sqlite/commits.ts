import type { NewEntry } from "../entry.ts";
import { StoreError } from "../log.ts";
import type { Call } from "./calls.ts";
import type { Writer } from "./writer.ts";

/** A write that waits for its transaction. */
export interface Write {
  call: Call;
  /** The entry, if it is an append. */
  entry?: NewEntry;
  waiter: { resolve(value: never): void; reject(error: unknown): void };
}

/** Writes in one transaction: more would hold up those that come after. */
const BATCH_LIMIT = 1_000;
/** Transactions under way: one is written while this thread sends out what the last gave. */
const PIPELINED = 2;

/**
 * Hands writes to the writer in order, in transactions: what comes in while some are on
 * their way to the disk shares the next one, and so one fsync.
 */
export class Commits {
  #waiting: Write[] = [];
  #underWay = 0;
  #scheduled = false;
  #closed = false;

  constructor(
    readonly writer: Writer,
    /** Hears of what is on the disk, before whoever wrote it does. */
    readonly committed: (writes: Write[], results: unknown[]) => void,
  ) {}

  /** Writes that wait for a transaction. */
  get waiting(): number {
    return this.#waiting.length;
  }

  add(write: Write): void {
    if (this.#closed) return write.waiter.reject(new StoreError("closed"));
    this.#waiting.push(write);
    this.#commitSoon();
  }

  #commitSoon(): void {
    if (this.#scheduled || this.#waiting.length === 0) return;
    if (this.#underWay >= PIPELINED) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      void this.#commit();
    });
  }

  async #commit(): Promise<void> {
    const writes = this.#waiting.splice(0, BATCH_LIMIT);
    this.#underWay += 1;
    try {
      const results = await this.writer.commit(writes.map(({ call }) => call));
      this.committed(writes, results);
      writes.forEach(({ waiter }, i) => waiter.resolve(results[i] as never));
    } catch (error) {
      for (const { waiter } of writes) waiter.reject(error);
    }
    this.#underWay -= 1;
    this.#commitSoon();
  }

  /** Resolves when nothing waits and nothing is under way. */
  async idle(): Promise<void> {
    while (this.#waiting.length + this.#underWay > 0) await Bun.sleep(1);
  }

  async close(): Promise<void> {
    await this.idle();
    this.#closed = true;
    await this.writer.close();
  }
}
