import { momentBegunOf } from "./kv-moment.ts";
import { unnoted } from "./made-from.ts";

/** What is remembered under one id. */
interface Kept<T> {
  /** The versions of its marks, read before it was. */
  marks: (string | null)[];
  value: Promise<T>;
  weight: number;
  /** When it began to be read, ms since 1970. */
  readAt: number;
  /** The last moment of the KV at which its marks were so, of work that is as of one. */
  moment?: number;
}

/** What is remembered of one store. */
class Store<T> {
  /** Those that were asked for last at the end. */
  readonly #all = new Map<string, Kept<T>>();
  /** The weights of all of them: counted along, as there may be many. */
  #weight = 0;

  get = (id: string): Kept<T> | undefined => this.#all.get(id);

  /** Puts what is remembered under an id at the end, in place of what was there. */
  put(id: string, kept: Kept<T>): void {
    this.drop(id);
    this.#all.set(id, kept);
    this.#weight += kept.weight;
  }

  drop(id: string, kept: Kept<T> | undefined = this.#all.get(id)): void {
    if (!kept || this.#all.get(id) !== kept) return;
    this.#all.delete(id);
    this.#weight -= kept.weight;
  }

  /** Says what a value weighs once it is read, and forgets what is too much then. */
  weigh(id: string, kept: Kept<T>, weight: number, most: number): void {
    // Meanwhile it may have been forgotten, or another may stand in its place.
    if (this.#all.get(id) !== kept) return;
    this.#weight += weight - kept.weight;
    kept.weight = weight;
    if (weight === 0) this.drop(id);
    for (const oldest of this.#all.keys()) {
      if (this.#weight <= most) return;
      this.drop(oldest);
    }
  }
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
  readonly #stores = new WeakMap<Deno.Kv, Store<T>>();

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
    const all = this.#stores.get(kv) ?? new Store<T>();
    this.#stores.set(kv, all);
    const moment = momentBegunOf(kv);
    const there = all.get(id);
    if (there && moment !== undefined && there.moment === moment) {
      return await there.value;
    }
    // Before what they stand for: a change in between is seen as one, the next time.
    const found = await kv.getMany(marks);
    const versions = found.map(({ versionstamp }) => versionstamp);
    const now = Date.now();
    const last = all.get(id);
    const known = last && now - last.readAt < LONGEST_MS ? last : undefined;
    const same = versions.map((version, i) => version === known?.marks[i]);
    if (known && same.every(Boolean)) {
      all.put(id, known);
      known.moment = moment;
      return await known.value;
    }
    const reading = (async () => {
      const value = known && same.some(Boolean) && await known.value;
      const before = value ? { value, same } : undefined;
      // Whatever is made of it depends on the marks, which were read above.
      return await unnoted(() => read(before));
    })();
    const fresh: Kept<T> = {
      ...{ marks: versions, value: reading, weight: 0, readAt: now },
    };
    all.put(id, fresh);
    try {
      const value = await reading;
      all.weigh(id, fresh, this.weigh(value), this.most);
      return value;
    } catch (error) {
      all.drop(id, fresh);
      throw error;
    }
  }
}
