/**
 * What an answer was made from, noted while it is made, so that it can be given again for as long as
 * all of it is as it was: see http/middleware/own-answers.ts.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import type { SignedIn } from "./accounts/types.ts";
import { withMethods } from "./kv.ts";
import { momentOf } from "./kv-moment.ts";
import type { RealtimeClient } from "./services.ts";

/** For so long an answer is given again at most, ms. */
const LONGEST_MS = 2 * 60_000;
/** In every zone days begin with a quarter of an hour, and so does what is said to be of today. */
const QUARTER_MS = 15 * 60_000;

/** When an answer that is made now ends by itself: ms since 1970. */
export const endOf = (now: number): number =>
  Math.min(now + LONGEST_MS, (Math.floor(now / QUARTER_MS) + 1) * QUARTER_MS);

/** Keys that KV reads at once. */
const AT_ONCE = 10;

/** Bytes of memory that one of these takes, and what is noted of one entry: as measured. */
const ITSELF = 1_000, EACH = 400;

type Version = string | null;

/** Who asked, as far as each answer has to do with it. */
export interface Asker {
  /** For the line about the request. */
  route: string;
  account?: string;
}

/** Everything an answer was made from. */
export class MadeFrom {
  /** Versions of what was read in KV, by key. */
  readonly #read = new Map<string, { key: Deno.KvKey; version: Version }>();
  readonly #lists: { prefix: Deno.KvKey; version: string }[] = [];
  /** What must be so still. */
  readonly #checks: (() => boolean)[] = [];
  /** It depends on something that cannot be asked again. */
  #isUnsure = false;
  /** Of that, something that nothing but the moment of a KV's file can tell. */
  #isOfMoment = false;
  /** Whoever realtime was asked for, and the first moment of what it said. */
  #person: string | undefined;
  #since: string | undefined;
  /** When it ends by itself: ms since 1970. */
  #until = endOf(Date.now());
  asker: Asker = { route: "unknown" };
  #count = () => true;
  #admitted: SignedIn | undefined;
  #isNoted = true;

  /** @param moment of the KV, before anything of it was read: see {@link momentOf}. */
  constructor(private moment: number | undefined) {}

  /** The last moment of the KV at which all of it was so. */
  get lastMoment(): number | undefined {
    return this.moment;
  }

  /**
   * Says that all that was read until now lets somebody in, who then does something. What that is made
   * from is not noted: it is done anew each time.
   */
  admits(person: SignedIn): void {
    if (!this.#isUnsure) this.#admitted = person;
    this.#isNoted = false;
  }

  /** Who was let in; undefined: nobody, or it cannot be told whether they would be again. */
  get admitted(): SignedIn | undefined {
    const isTold = !this.#isOfMoment || this.moment !== undefined;
    return isTold && this.#read.size > 0 ? this.#admitted : undefined;
  }

  /** An entry of KV. */
  entry({ key, versionstamp }: Deno.KvEntryMaybe<unknown>): void {
    if (!this.#isNoted) return;
    const name = JSON.stringify(key);
    const known = this.#read.get(name);
    // It changed while the answer was made.
    if (known && known.version !== versionstamp) this.#isUnsure = true;
    this.#read.set(name, { key, version: versionstamp });
  }

  /** All entries of KV under a prefix. */
  listed(prefix: Deno.KvKey, entries: Deno.KvEntry<unknown>[]): void {
    if (!this.#isNoted) return;
    this.#lists.push({ prefix, version: versionOf(entries) });
  }

  /** A part of a list of KV. */
  list(): void {
    if (this.#isNoted) this.#isOfMoment = true;
  }

  /** What realtime said for a person, and when that was so. */
  said(person: string, moment: string | null): void {
    if (moment === null || (this.#person ?? person) !== person) {
      this.#isUnsure = true;
      return;
    }
    this.#person = person;
    this.#since ??= moment;
  }

  /** Something that may be otherwise the next time. */
  unsure(): void {
    if (this.#isNoted) this.#isUnsure = true;
  }

  /** Something that ends: ms since 1970. */
  until(end: number): void {
    this.#until = Math.min(this.#until, end);
  }

  /** Something that is so as long as `check` says. */
  while(check: () => boolean): void {
    this.#checks.push(check);
  }

  /** What counts an answer, and says whether there may be one more. */
  counts(count: () => boolean): void {
    this.#count = count;
  }

  /** Counts it once more; false where that is too often. */
  count(): boolean {
    return this.#count();
  }

  /** How much memory this takes, about: a page of many rooms is made from hundreds of entries. */
  get bytes(): number {
    return this.#lists.reduce(
      (sum, { version }) => sum + version.length,
      ITSELF + EACH * this.#read.size,
    );
  }

  /** Whether all it was made from is known. */
  get isWhole(): boolean {
    const isTold = !this.#isOfMoment || this.moment !== undefined;
    return !this.#isUnsure && isTold && this.#read.size > 0 &&
      this.#since !== undefined;
  }

  /** Whether it would be made alike now. */
  async isSo(
    s: { kv: Deno.Kv; realtime: Pick<RealtimeClient, "stillSo"> },
  ): Promise<boolean> {
    const isSoHere = this.isSoHere(s.kv);
    if (isSoHere !== true && !await isSoHere) return false;
    const since = await s.realtime.stillSo({
      userId: this.#person!,
      since: this.#since!,
    });
    if (since === null) return false;
    this.#since = since;
    return true;
  }

  /** Whether nothing that can end has, and nothing was written to KV. */
  #isAsItWas(kv: Deno.Kv): boolean {
    const { moment } = this;
    return moment !== undefined && this.#isOn() && momentOf(kv) === moment;
  }

  /** Whether nothing that can end has. */
  #isOn(): boolean {
    return Date.now() < this.#until && this.#checks.every((check) => check());
  }

  /** The same of all but what realtime said. */
  isSoHere(kv: Deno.Kv): boolean | Promise<boolean> {
    // Mostly it is: nobody has to wait for that.
    return this.#isAsItWas(kv) || this.#isReadSame(kv);
  }

  async #isReadSame(kv: Deno.Kv): Promise<boolean> {
    if (!this.#isOn()) return false;
    // Before what is read: what changes meanwhile is seen the next time.
    const moment = momentOf(kv);
    if (this.#isOfMoment) return false;
    const lists = this.#lists.map(async ({ prefix, version }) =>
      version === versionOf(await Array.fromAsync(kv.list({ prefix })))
    );
    const all = [...this.#read.values()];
    const parts = Array.from(
      { length: Math.ceil(all.length / AT_ONCE) },
      (_, i) => all.slice(i * AT_ONCE, (i + 1) * AT_ONCE),
    );
    const same = await Promise.all(parts.map(async (part) => {
      const found = await kv.getMany(part.map(({ key }) => key));
      return found.every(({ versionstamp }, i) =>
        versionstamp === part[i].version
      );
    }));
    const isSame = [...same, ...await Promise.all(lists)].every(Boolean);
    if (!isSame) return false;
    this.moment = moment;
    return true;
  }
}

/** What two lists have in common whose entries are the same. */
const versionOf = (entries: Deno.KvEntry<unknown>[]): string =>
  JSON.stringify(entries.map(({ key, versionstamp }) => [key, versionstamp]));

const noting = new AsyncLocalStorage<MadeFrom | undefined>();

/** Does some work, all of which is noted. */
export const noted = <T>(made: MadeFrom, work: () => T): T =>
  noting.run(made, work);

/** The same without, for what is noted otherwise. */
export const unnoted = <T>(work: () => T): T => noting.run(undefined, work);

/** Where what is made now notes what it is made from; undefined: nobody asks. */
export const madeFrom = (): MadeFrom | undefined => noting.getStore();

type Entry = Deno.KvEntryMaybe<unknown>;

const kvs = new WeakSet<Deno.Kv>();

/** Whether what is read of a KV is noted. */
export const isNoted = (kv: Deno.Kv): boolean => kvs.has(kv);

/** The same KV; what is read of it is noted where somebody asks. */
export function notedKv(kv: Deno.Kv): Deno.Kv {
  const made = withMethods(kv, {
    get: (get) => async (...args) => {
      const entry = await get(...args) as Entry;
      madeFrom()?.entry(entry);
      return entry;
    },
    getMany: (getMany) => async (...args) => {
      const entries = await getMany(...args) as Entry[];
      const made = madeFrom();
      if (made) { for (const entry of entries) made.entry(entry); }
      return entries;
    },
    list: (list) => (...args) => {
      madeFrom()?.list();
      return list(...args);
    },
  });
  kvs.add(made);
  return made;
}
