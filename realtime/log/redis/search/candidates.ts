import type { Message } from "../../../protocol.ts";
import type { SearchQuery } from "../../search.ts";
import type { RedisReads } from "../reads.ts";
import { firstKey, KEYS_EACH, matchOf } from "./documents.ts";
import type { Engine, Found } from "./engine.ts";

/** Messages among which is looked first, about; the next time among more, as long as few are found. */
const FIRST = 512;
const GROWTH = 8;
/** So many that match are wanted of the engine at once: it puts all it finds in order. */
const WANTED = 512;
/** Named in one answer. */
const NAMED = 256;
/** Messages that are read together. */
export const READ = 32;
/**
 * An engine that runs out of time gives what it has found until then, and does not say so. What
 * took as many milliseconds is asked again about less.
 */
const SLOW = 250;
const DAY = 86_400_000 * KEYS_EACH;

/** Days with messages, newest first, and about how many each has. */
export type Days = [day: number, count: number][];

/** The key from which on about so many messages come before another key; 0: there are no more. */
export function keyBelow(days: Days, below: number, count: number): number {
  let left = count;
  for (const [day, all] of days) {
    const first = day * DAY;
    if (first >= below) continue;
    const last = Math.min(below, first + DAY);
    const there = all * (last - first) / DAY;
    if (there >= left) return Math.floor(last - (last - first) * left / there);
    left -= there;
  }
  return 0;
}

export interface Candidate extends Found {
  message: Message;
}

/** A message as it reads now, if it is there. */
export async function messageAt(
  reads: RedisReads,
  { roomId, offset }: Pick<Found, "roomId" | "offset">,
): Promise<Message | undefined> {
  const range = { before: offset + 1, limit: 1 };
  const { messages: [message] } = await reads.page(roomId, range);
  return message?.offset === offset ? message : undefined;
}

/**
 * The messages that the engine names, newest first, as they read now. It is asked about some at
 * a time: it holds up everybody else while it puts what it finds in order.
 */
export class Candidates {
  readonly #match: string;
  readonly #lowest: number;
  /** Named and not read. */
  #named: Found[] = [];
  #read: Candidate[] = [];
  /** What comes from here on has been asked for. */
  #below: number;
  #size = FIRST;

  /** @param below the key before which it begins. */
  constructor(
    readonly engine: Engine,
    readonly reads: RedisReads,
    readonly days: Days,
    query: SearchQuery,
    /** Whether the index speaks for a message. */
    readonly isIndexed: (found: Found) => boolean,
    below: number,
    /** More that may be what is looked for, oldest first. */
    readonly others: Candidate[],
  ) {
    this.#match = matchOf(query);
    this.#lowest = firstKey(query.after ?? 0);
    this.#below = Math.min(below, firstKey(query.before ?? Infinity));
  }

  /** The next one, if all that may come before it was read. */
  get next(): Candidate | undefined {
    const read = this.#read.at(-1), other = this.others.at(-1);
    if (read && other) return read.key >= other.key ? read : other;
    return read ?? (this.#isUsedUp ? other : undefined);
  }

  get #isUsedUp(): boolean {
    return this.#read.length + this.#named.length === 0 &&
      this.#below <= this.#lowest;
  }

  get ended(): boolean {
    return this.#isUsedUp && this.others.length === 0;
  }

  /** Before this key is all that was not taken. */
  get left(): number {
    const next = this.#read.at(-1) ?? this.#named[0];
    const other = this.others.at(-1)?.key ?? -1;
    return Math.max(next ? next.key + 1 : this.#below, other + 1);
  }

  take(): Candidate {
    const { next } = this;
    return (next === this.others.at(-1) ? this.others : this.#read).pop()!;
  }

  /** Does the next step towards the next candidate: reads some, or asks the engine. */
  async advance(): Promise<void> {
    if (this.#named.length === 0) this.#named = await this.#ask();
    const some = this.#named.splice(0, READ);
    const messages = await Promise.all(
      some.map((it) => messageAt(this.reads, it)),
    );
    this.#read = some.flatMap((found, i) => {
      const message = messages[i];
      return message ? [{ ...found, message }] : [];
    }).reverse();
  }

  async #ask(): Promise<Found[]> {
    const below = this.#below;
    const from = Math.max(
      this.#lowest,
      Math.min(below - 1, keyBelow(this.days, below, this.#size)),
    );
    const started = performance.now();
    const { total, found } = await this.engine
      .search(this.#match, from, below, NAMED);
    const isSlow = performance.now() - started >= SLOW;
    if (isSlow && this.#size > FIRST) {
      this.#size = Math.max(FIRST, this.#size / GROWTH);
      return [];
    }
    const last = found.at(-1);
    this.#size = Math.max(
      FIRST,
      this.#size * Math.min(GROWTH, WANTED / Math.max(1, total)),
    );
    if (!last || found.length < NAMED) {
      this.#below = from;
      return found.filter(this.isIndexed);
    }
    // Others may have the key of the last: they are named the next time, with it.
    const whole = found.filter(({ key }) => key > last.key);
    this.#below = whole.length > 0 ? last.key + 1 : last.key;
    return (whole.length > 0 ? whole : found).filter(this.isIndexed);
  }
}
