import { keys as listingKeys, looksKey } from "../accounts/listing.ts";
import { madeFrom } from "../made-from.ts";
import { DELETED_PERSON } from "../client/drawn/deleted-person.ts";
import { namesOf } from "../rooms/names.ts";

interface Store {
  kv: Deno.Kv;
}

/** How long it is remembered who came first of those whose names look alike: milliseconds. */
const FRESH_MS = 10_000;
/** Looks that are remembered. */
const KEPT = 5_000;

interface Alike {
  /** Ids, the oldest account first. */
  ids: string[];
  until: number;
}

const remembered = new WeakMap<Deno.Kv, Map<string, Alike>>();

async function alikeTo({ kv }: Store, name: string): Promise<string[]> {
  const known = remembered.get(kv) ?? new Map<string, Alike>();
  remembered.set(kv, known);
  const looks = looksKey(name);
  const before = known.get(looks);
  if (before && before.until > Date.now()) {
    madeFrom()?.until(before.until);
    return before.ids;
  }
  const prefix = listingKeys.looks(looks);
  const entries = await Array.fromAsync(
    kv.list<number>({ prefix }, { limit: 1_000, batchSize: 500 }),
  );
  const ids = entries
    .map(({ key, value }) => ({ id: String(key[2]), value }))
    .sort((a, b) => a.value - b.value || (a.id < b.id ? -1 : 1))
    .map(({ id }) => id);
  if (known.size >= KEPT) known.clear();
  known.set(looks, { ids, until: Date.now() + FRESH_MS });
  return ids;
}

/** A name that ends as if we had given it a number, also in wide letters. */
const isLikeNumbered = (name: string): boolean =>
  /\(\d+\)$/.test(name.normalize("NFKC"));

/**
 * What people are called beyond any one room, by their ids: their name, and a number behind it where
 * it looks like that of an older account, as `Ada (2)`. Nobody can take another's place by taking
 * their name, nor by taking that: whoever has `Ada (2)` for a name is `Ada (2) (1)`.
 */
export async function serverNames(
  s: Store,
  ids: Iterable<string>,
): Promise<Map<string, string>> {
  const names = await namesOf(s, ids);
  const told = [...names].map(async ([id, name]) => {
    if (name === DELETED_PERSON) return [id, name] as const;
    const place = Math.max(0, (await alikeTo(s, name)).indexOf(id)) + 1;
    const isTold = place > 1 || isLikeNumbered(name);
    return [id, isTold ? `${name} (${place})` : name] as const;
  });
  return new Map(await Promise.all(told));
}
