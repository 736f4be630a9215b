import { Cluster } from "ioredis";
import {
  appendRooms,
  byRoom,
  type FindFirst,
  type Pending,
  rejectAll,
} from "./batch.ts";
import type { Client } from "./client.ts";
import type { Watches } from "./watches.ts";

/** Appends in one call of the script: a longer one would hold up everyone else. */
const BATCH_LIMIT = 512;
/** Calls under way: Redis works on one while this process sends out what the last gave. */
const PIPELINED = 2;

/**
 * Sends appends to Redis in batches, in order. In a cluster each room has batches of its
 * own: a script's keys must share a slot, and a node that is away must not hold up others.
 */
export class Appends {
  /** By room in a cluster; else there is one. */
  readonly #lanes = new Map<string, Lane>();
  readonly #cluster: boolean;

  constructor(
    readonly client: Client,
    readonly watches: Watches,
    readonly findFirst: FindFirst,
    /** Is told of each room to which something was written, or may have been. */
    readonly written: (roomId: string) => void,
  ) {
    this.#cluster = client instanceof Cluster;
  }

  /** Appends that wait for a batch. */
  get waiting(): number {
    let waiting = 0;
    for (const lane of this.#lanes.values()) waiting += lane.waiting;
    return waiting;
  }

  get busy(): boolean {
    return [...this.#lanes.values()].some(({ busy }) => busy);
  }

  add(pending: Pending): void {
    const name = this.#cluster ? pending.entry.roomId : "";
    const lane = this.#lanes.get(name) ?? this.#open(name);
    lane.add(pending);
  }

  #open(name: string): Lane {
    const send = async (rooms: Map<string, Pending[]>) => {
      const { client, watches, findFirst } = this;
      // Before, as who sent it goes on before this does; after, as the store may take long.
      for (const roomId of rooms.keys()) this.written(roomId);
      const answered = await appendRooms(client, rooms, watches, findFirst);
      for (const roomId of rooms.keys()) this.written(roomId);
      return answered;
    };
    // A slot that moves could turn two calls to a cluster around.
    const lane = this.#cluster
      ? new Lane(send, 1, () => this.#lanes.delete(name))
      : new Lane(send, PIPELINED);
    this.#lanes.set(name, lane);
    return lane;
  }
}

/**
 * Batches that follow each other. Few are under way at a time: what comes in meanwhile
 * makes the next one larger, and cheaper.
 */
class Lane {
  #waiting: Pending[] = [];
  #underWay = 0;
  #scheduled = false;

  constructor(
    /** Resolves to whether the store answered. */
    readonly send: (rooms: Map<string, Pending[]>) => Promise<boolean>,
    readonly limit: number,
    /** Called when nothing waits and nothing is under way. */
    readonly emptied?: () => void,
  ) {}

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
    if (this.#underWay >= this.limit) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      void this.#flush();
    });
  }

  async #flush(): Promise<void> {
    this.#underWay += 1;
    const rooms = byRoom(this.#waiting.splice(0, BATCH_LIMIT));
    const answered = await this.send(rooms);
    this.#underWay -= 1;
    // A store that is away for these is away for those who wait as well.
    if (!answered) rejectAll(this.#waiting.splice(0));
    if (!this.busy) this.emptied?.();
    this.#flushSoon();
  }
}
