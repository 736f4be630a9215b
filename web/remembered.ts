/** What is remembered under one id. */
interface Kept<T> {
  /** The versions of its marks, read before it was. */
  marks: (string | null)[];
  value: Promise<T>;
  weight: number;
  /** When it began to be read, ms since 1970. */
  readAt: number;
}

/** For so long at most, ms: while an update is under way, the version before it writes no marks. */
const LONGEST_MS = 10 * 60_000;

/** What was remembered before, and which of the marks are as they were then. */
export interface Before<T> {
  value: T;
  same: boolean[];
}

/**
 * Remembers what takes long to read out of KV, for as long as it is certain to be unchanged: each
 * value has keys in KV, its marks, that every change of what it is made of writes in the same commit.
 * They are read each time, in one step, so that an instance sees at once what another changed.
 */
export class Remembered<T> {
  /** Per store, those that were asked for last at the end. */
  readonly #stores = new WeakMap<Deno.Kv, Map<string, Kept<T>>>();

  /**
   * @param most how much is kept, by `weigh`; what was not asked for longest goes first.
   * @param weigh how much of that a value takes. One that takes nothing is not kept: anybody can ask
   * for as many as they like of what is not there.
   */
  constructor(
    private readonly most: number,
    private readonly weigh: (value: T) => number,
  ) {}

  /**
   * What is remembered under this id, or else what `read` gives.
   *
   * @param marks at most ten, see {@link Remembered}.
   */
  async get(
    kv: Deno.Kv,
    id: string,
    marks: Deno.KvKey[],
    read: (before?: Before<T>) => Promise<T>,
  ): Promise<T> {
    const all = this.#stores.get(kv) ?? new Map<string, Kept<T>>();
    this.#stores.set(kv, all);
    // Before what they stand for: a change in between is seen as one, the next time.
    const found = await kv.getMany(marks);
    const versions = found.map(({ versionstamp }) => versionstamp);
    const now = Date.now();
    const last = all.get(id);
    const known = last && now - last.readAt < LONGEST_MS ? last : undefined;
    all.delete(id);
    const same = versions.map((version, i) => version === known?.marks[i]);
    if (known && same.every(Boolean)) {
      all.set(id, known);
      return await known.value;
    }
    const reading = (async () => {
      const value = known && same.some(Boolean) && await known.value;
      return await read(value ? { value, same } : undefined);
    })();
    const fresh: Kept<T> = {
      ...{ marks: versions, value: reading, weight: 0, readAt: now },
    };
    all.set(id, fresh);
    try {
      const value = await reading;
      fresh.weight = this.weigh(value);
      if (fresh.weight === 0 && all.get(id) === fresh) all.delete(id);
      this.#shrink(all);
      return value;
    } catch (error) {
      if (all.get(id) === fresh) all.delete(id);
      throw error;
    }
  }

  #shrink(all: Map<string, Kept<T>>): void {
    let total = all.values().reduce((sum, { weight }) => sum + weight, 0);
    for (const [id, { weight }] of all) {
      if (total <= this.most) return;
      all.delete(id);
      total -= weight;
    }
  }
}
