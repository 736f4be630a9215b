import type { Database, Statement } from "bun:sqlite";

/** Bits set for each fingerprint; bits there are for each when a filter is full. */
const PROBES = 5;
const ROOM_EACH = 8;
/** How many times as large the next filter is. */
const GROWTH = 4;
/** 1 MB, for a million fingerprints; 64 MB, for 67 million. */
const LEAST_BITS = 2 ** 23;
const MOST_BITS = 2 ** 29;
/** Fingerprints read from the table for each that is added, and at most after a commit. */
const READ_FOR_EACH = 8;
const READ_AT_ONCE = 10_000;

/** A Bloom filter (Bloom 1970) of a power of two of bits. */
class Bits {
  readonly #words: Uint32Array;
  #count = 0;

  constructor(readonly size: number) {
    this.#words = new Uint32Array(size / 32);
  }

  get full(): boolean {
    return this.#count * ROOM_EACH > this.size;
  }

  add(fingerprint: number): void {
    this.#count += 1;
    const step = stepOf(fingerprint);
    for (let i = 0, at = fingerprint >>> 0; i < PROBES; i += 1, at += step) {
      const bit = at & (this.size - 1);
      this.#words[bit >>> 5]! |= 1 << (bit & 31);
    }
  }

  has(fingerprint: number): boolean {
    const step = stepOf(fingerprint);
    for (let i = 0, at = fingerprint >>> 0; i < PROBES; i += 1, at += step) {
      const bit = at & (this.size - 1);
      if (!(this.#words[bit >>> 5]! & (1 << (bit & 31)))) return false;
    }
    return true;
  }
}

/**
 * From the bits of a fingerprint that the first place does not depend on. Two hashes do
 * what as many as there are probes would (Kirsch and Mitzenmacher 2006).
 */
const stepOf = (fingerprint: number): number =>
  (Math.imul(fingerprint / 2 ** 32, 0x9e3779b1) >>> 0) | 1;

/**
 * Tells of nearly every new fingerprint that it is new, without a look at the table: that
 * would be at a page that no cache has. It reads the table piece by piece while others are added,
 * anew for a larger filter when one is full, and until it has read it all it knows nothing.
 */
export class FingerprintFilter {
  #ready: Bits | undefined;
  #next: Bits | undefined;
  /** The last fingerprint that was read into `#next`. */
  #read = -1;
  #added = 0;
  readonly #select: Statement;

  constructor(
    db: Database,
    /** What was added, and is perhaps not in the table yet. */
    readonly recent: () => number[],
    leastBits = LEAST_BITS,
    readonly mostBits = MOST_BITS,
  ) {
    this.#next = new Bits(leastBits);
    this.#select = db.query(
      `SELECT fingerprint FROM fingerprints WHERE fingerprint > ?
       ORDER BY fingerprint LIMIT ?`,
    );
  }

  /** False: nothing with this fingerprint was added, and the table does not have it. */
  mayHave(fingerprint: number): boolean {
    return this.#ready?.has(fingerprint) ?? true;
  }

  add(fingerprint: number): void {
    this.#added += 1;
    this.#ready?.add(fingerprint);
    this.#next?.add(fingerprint);
  }

  /** Must be called after each commit. */
  readOn(): void {
    const limit = Math.min(this.#added * READ_FOR_EACH, READ_AT_ONCE);
    this.#added = 0;
    if (this.#next) {
      if (limit > 0) this.#fill(this.#next, limit);
    } else if (this.#ready?.full) {
      const { size } = this.#ready;
      // Also at the largest size: much of what is in it may have been deleted by now.
      this.#begin(Math.min(size * GROWTH, this.mostBits));
    }
  }

  #fill(next: Bits, limit: number): void {
    let rows: [fingerprint: number][];
    try {
      rows = this.#select.values(this.#read, limit) as typeof rows;
    } catch {
      // What was committed is: a page that cannot be read is met again by who needs it.
      return this.#giveUp();
    }
    for (const [fingerprint] of rows) next.add(fingerprint);
    [this.#read] = rows.at(-1) ?? [this.#read];
    if (next.full) return this.#begin(next.size * GROWTH);
    if (rows.length === limit) return;
    this.#ready = next;
    this.#next = undefined;
  }

  #begin(size: number): void {
    if (size > this.mostBits) return this.#giveUp();
    this.#read = -1;
    this.#next = new Bits(size);
    for (const fingerprint of this.recent()) this.#next.add(fingerprint);
  }

  /** From now on, what is looked for is looked up. */
  #giveUp(): void {
    this.#ready = this.#next = undefined;
  }
}
