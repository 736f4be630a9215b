import { Cluster } from "ioredis";
import {
  appendRooms,
  byRoom,
  type FindFirst,
  type Pending,
  rejectAll,
} from "./redis-batch.ts";
import type { Client } from "./redis-client.ts";
import type { Watches } from "./redis-watches.ts";

/** Appends in one call of the script: a longer one would hold up everyone else. */
const BATCH_LIMIT = 512;
/** Calls under way: Redis works on one while this process sends out what the last gave. */
const PIPELINED = 2;

/**
 * Sends appends to Redis in batches, in order. Few are under way at a time: what comes in
 * meanwhile makes the next one larger, and cheaper.
 */
export class Appends {
  #waiting: Pending[] = [];
  #underWay = 0;
  #scheduled = false;
  readonly #cluster: boolean;

  constructor(
    readonly client: Client,
    readonly watches: Watches,
    readonly findFirst: FindFirst,
  ) {
    this.#cluster = client instanceof Cluster;
  }

  /** Appends that wait for a batch. */
  get waiting(): number {
    return this.#waiting.length;
  }

  get busy(): boolean {
    return this.#waiting.length > 0 || this.#underWay > 0;
  }

  add(pending: Pending): void {
    this.#waiting.push(pending);
    this.#flushSoon();
  }

  #flushSoon(): void {
    if (this.#scheduled || this.#waiting.length === 0) return;
    // A slot that moves could turn two calls to a cluster around.
    if (this.#underWay >= (this.#cluster ? 1 : PIPELINED)) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      void this.#flush();
    });
  }

  async #flush(): Promise<void> {
    const rooms = byRoom(this.#waiting.splice(0, BATCH_LIMIT));
    this.#underWay += 1;
    // In a cluster a script's keys must share a slot.
    const calls = this.#cluster
      ? [...rooms].map((room) => new Map([room]))
      : [rooms];
    const done = await Promise.all(
      calls.map((call) =>
        appendRooms(this.client, call, this.watches, this.findFirst)
      ),
    );
    this.#underWay -= 1;
    // A store that is away for all is away for those who wait as well.
    if (!done.includes(true)) rejectAll(this.#waiting.splice(0));
    this.#flushSoon();
  }
}
