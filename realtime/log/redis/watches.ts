import { Cluster } from "ioredis";
import type { Entry } from "../entry.ts";
import type { LogListener } from "../log.ts";
import { type Client, published } from "./client.ts";
import { roomKey } from "./keys.ts";

/** The channel of what instances announce. */
export const NEWS = "chatsphere:news";

/** The newest position this instance has seen of a room. */
export interface Seen {
  epoch: string;
  offset: number;
}

interface Watch {
  /** The newest entry that was told. */
  seen?: Seen;
  /** Whether this instance is one of those Redis counts as subscribed: it has confirmed
   * the subscription, on the connection there is now. */
  confirmed: boolean;
}

const UNWATCHED: Watch = { confirmed: false };

/** The rooms this instance hears of, over one subscribed connection. */
export class Watches {
  /**
   * A channel of this instance alone that stays subscribed. By it the script sees whether
   * the subscriptions are still there; and when the last sharded channel went, ioredis would
   * take its connection out of subscriber mode and fail on the next removal.
   */
  readonly anchor = `chatsphere:anchor:${crypto.randomUUID()}`;
  /** The channel that each instance has subscribed to, or none where that cannot be counted. */
  readonly everyInstance: string;
  readonly #rooms = new Map<string, Watch>();

  constructor(readonly subscriber: Client, readonly listener: LogListener) {
    // A node of a cluster counts its own subscribers alone.
    this.everyInstance = subscriber instanceof Cluster ? "" : NEWS;
    subscriber.on("smessage", (channel: string, text: string) => {
      this.#hear(channel, text);
    });
    subscriber.on("close", () => {
      for (const watch of this.#rooms.values()) watch.confirmed = false;
    });
  }

  async start(): Promise<void> {
    await this.subscriber.ssubscribe(this.anchor);
  }

  async watch(roomId: string): Promise<void> {
    const watch = { confirmed: false };
    this.#rooms.set(roomId, watch);
    await this.#confirm([[roomId, watch]]);
  }

  async unwatch(roomId: string): Promise<void> {
    this.#rooms.delete(roomId);
    await this.subscriber.sunsubscribe(roomKey(roomId, "live"));
  }

  /** Has the subscriptions confirmed again, on a new connection. */
  async renew(): Promise<void> {
    if (this.#rooms.size > 0) await this.#confirm([...this.#rooms]);
  }

  async #confirm(rooms: [roomId: string, watch: Watch][]): Promise<void> {
    // The channels of a cluster's rooms are on several connections.
    if (this.subscriber instanceof Cluster) {
      const keys = rooms.map(([roomId]) => roomKey(roomId, "live"));
      await Promise.all(keys.map((key) => this.subscriber.ssubscribe(key)));
      return;
    }
    const { stream } = this.subscriber;
    await this.subscriber.ssubscribe(
      ...rooms.map(([roomId]) => roomKey(roomId, "live")),
    );
    if (this.subscriber.stream !== stream) return;
    for (const [, watch] of rooms) watch.confirmed = true;
  }

  /** What this instance knows of a room's subscription. */
  watched(roomId: string): Readonly<Watch> {
    return this.#rooms.get(roomId) ?? UNWATCHED;
  }

  /** Tells the listener of entries, in log order. */
  tell(roomId: string, entries: Entry[]): void {
    const watch = this.#rooms.get(roomId), newest = entries.at(-1);
    if (!watch || !newest) return;
    watch.seen = newest;
    this.listener.entries(roomId, entries);
  }

  #hear(channel: string, text: string): void {
    const roomId = /^chatsphere:\{(.*)\}:live$/.exec(channel)?.[1];
    if (roomId === undefined) return;
    if (text.startsWith("s")) {
      if (this.#rooms.has(roomId)) this.listener.signal(roomId, text.slice(1));
      return;
    }
    const { toAll, entries } = published(text);
    this.tell(roomId, entries);
    // Also of a room whose last reader has just gone: Redis counted this instance as one that hears.
    if (toAll) this.listener.heardByAll(roomId, entries);
  }
}
