import { withMethods } from "./kv.ts";
import { momentBegun } from "./kv-moment.ts";

/** What pages read, by the first part of its key: none of it is large, and none a secret in the open. */
const KINDS = new Set<unknown>([
  ...["accounts", "sessions", "renamings", "server_owner"],
  ...["rooms", "room_members", "memberships_mark"],
]);

/** Entries that are remembered, about 500 bytes each. */
const MOST = 20_000;

type Entry = Deno.KvEntryMaybe<unknown>;

/** A key as one text; undefined for what is not remembered. */
const nameOf = (key: Deno.KvKey): string | undefined =>
  KINDS.has(key[0]) && key.every((part) => typeof part === "string")
    ? JSON.stringify(key)
    : undefined;

/** A value that whoever gets it may change. Records are small and plain, and quickly copied. */
function copied(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(copied);
  if (Object.getPrototypeOf(value) !== Object.prototype) {
    return structuredClone(value);
  }
  const copy: Record<string, unknown> = { ...value };
  for (const name in copy) {
    if (typeof copy[name] === "object") copy[name] = copied(copy[name]);
  }
  return copy;
}

const copyOf = (entry: Entry): Entry =>
  ({ ...entry, value: copied(entry.value) }) as Entry;

/** What was read since the last change of a KV. */
class Memory {
  readonly #entries = new Map<string, Entry>();
  #at: number | undefined;

  constructor(readonly moment: () => number, readonly most: number) {}

  /** The moment of all that is remembered: the present one, or the one that work is as of. */
  now(): number {
    const begun = momentBegun(this.moment);
    return begun !== undefined && begun === this.#at ? begun : this.#look();
  }

  /** Forgets all of it where anything has changed; gives the present moment. */
  #look(): number {
    const now = this.moment();
    if (now !== this.#at) this.#entries.clear();
    this.#at = now;
    return now;
  }

  find = (name: string | undefined): Entry | undefined =>
    name === undefined ? undefined : this.#entries.get(name);

  /** Remembers what was read, unless something changed while it was. */
  put(
    read: [name: string | undefined, entry: Entry][],
    since: number,
  ): boolean {
    if (this.#look() !== since) return false;
    for (const [name, entry] of read) {
      if (name === undefined) continue;
      this.#entries.set(name, copyOf(entry));
      const [oldest] = this.#entries.keys();
      if (this.#entries.size > this.most) this.#entries.delete(oldest);
    }
    return true;
  }
}

/**
 * The same KV, in which what pages read is read once, for as long as nothing at all was written to
 * its file: what it gives is what KV would give at that moment.
 *
 * @param moment see {@link momentsOf}.
 */
export function rememberingKv(
  kv: Deno.Kv,
  moment: () => number,
  most = MOST,
): Deno.Kv {
  const memory = new Memory(moment, most);

  async function getMany(keys: Deno.KvKey[], ...rest: unknown[]) {
    const names = keys.map(nameOf);
    const since = memory.now();
    const known = names.map(memory.find);
    const missing = keys.filter((_, i) => !known[i]);
    if (missing.length === 0) return known.map((entry) => copyOf(entry!));
    const all = (wanted: Deno.KvKey[]): Promise<Entry[]> =>
      kv.getMany(wanted, ...rest as []);
    const read = await all(missing);
    let next = 0;
    const entries = known.map((entry) => entry ? copyOf(entry) : read[next++]);
    const isOfOneMoment = memory.put(
      entries.map((entry, i) => [known[i] ? undefined : names[i], entry]),
      since,
    );
    // All keys are read in one step, as KV does.
    if (isOfOneMoment || missing.length === keys.length) return entries;
    return await all(keys);
  }

  return withMethods(kv, {
    get: (get) => async (...args) => {
      const name = nameOf(args[0] as Deno.KvKey);
      if (name === undefined) return await get(...args);
      const since = memory.now();
      const known = memory.find(name);
      if (known) return copyOf(known);
      const entry = await get(...args) as Entry;
      memory.put([[name, entry]], since);
      return entry;
    },
    getMany: () => (keys, ...rest) => getMany(keys as Deno.KvKey[], ...rest),
  });
}
