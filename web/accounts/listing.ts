/**
 * Which accounts can be found by their names. An account is listed once its address is confirmed,
 * and not before: until then anybody may have made it, under any name. Each change of an account
 * changes its entries in the same commit.
 *
 * | key | value |
 * |---|---|
 * | `["people", folded name, account id]` | true: everybody, by name |
 * | `["people_words", word of the folded name, account id]` | true: those with a word |
 * | `["people_looks", what the name looks like, account id]` | when the account was made, ms |
 * | `["people_listed"]` | {@link FOLDING} by which accounts of earlier versions are listed, too |
 * | `["renamings"]` | true: written when a name changes or an account goes, so that its version does |
 */
import { wordsOf } from "../../realtime/text/fold.ts";
import { looksOf } from "../rooms/looks.ts";

/** What listing needs to know of an account. */
export interface Listable {
  id: string;
  name: string;
  createdAt: number;
  unconfirmedUntil?: number;
}

/** Raised when `fold` or `looksOf` write names otherwise: then all are listed anew. */
const FOLDING = 2;

/** Characters of a name that are told apart: folded, some letters become many. */
const LONGEST = 100;
/** Words of a name that are looked for. */
const MOST_WORDS = 10;

export const keys = {
  people: () => ["people"],
  person: (name: string, id: string) => ["people", name, id],
  withWord: (word: string, id: string) => ["people_words", word, id],
  words: () => ["people_words"],
  looking: (looks: string, id: string) => ["people_looks", looks, id],
  looks: (looks: string) => ["people_looks", looks],
  listed: () => ["people_listed"],
  renamings: () => ["renamings"],
};

/** The words of a name or of a search for one, folded. */
export const nameWords = (name: string): string[] =>
  wordsOf(name).map((word) => word.slice(0, LONGEST)).slice(0, MOST_WORDS);

/** Names in order: by this. */
export const sortedName = (name: string): string =>
  wordsOf(name).join(" ").slice(0, LONGEST);

/** What names that look alike have in common. */
export const looksKey = (name: string): string =>
  looksOf(name).slice(0, LONGEST);

type Entry = [key: Deno.KvKey, value: true | number];

function entriesOf(account: Listable | null): Entry[] {
  if (!account || account.unconfirmedUntil !== undefined) return [];
  const { id, name, createdAt } = account;
  return [
    [keys.person(sortedName(name), id), true],
    ...nameWords(name).map((word): Entry => [keys.withWord(word, id), true]),
    [keys.looking(looksKey(name), id), createdAt],
  ];
}

/** Makes `commit` list an account as it will be, instead of as it was; null: there is none. */
export function relist(
  commit: Deno.AtomicOperation,
  before: Listable | null,
  after: Listable | null,
): void {
  if (before && before.name !== after?.name) commit.set(keys.renamings(), true);
  const isSame = before?.name === after?.name &&
    before?.unconfirmedUntil === after?.unconfirmedUntil;
  if (isSame) return;
  for (const [key] of entriesOf(before)) commit.delete(key);
  for (const [key, value] of entriesOf(after)) commit.set(key, value);
}

/** Takes away entries under names as they were written by another folding. */
async function unlistUnfolded(kv: Deno.Kv): Promise<void> {
  const foldedAgain: [Deno.KvKey, (name: string) => string][] = [
    [keys.people(), sortedName],
    [keys.words(), (word) => nameWords(word)[0]],
    [["people_looks"], looksKey],
  ];
  for (const [prefix, again] of foldedAgain) {
    for await (const { key } of kv.list({ prefix })) {
      const name = String(key[1]);
      if (again(name) !== name) await kv.delete(key);
    }
  }
}

/** Lists the accounts that earlier versions made, or listed by another folding, once. */
export async function listEarlier(
  { kv }: { kv: Deno.Kv },
  accounts: Deno.KvKey,
): Promise<void> {
  if ((await kv.get(keys.listed())).value === FOLDING) return;
  await unlistUnfolded(kv);
  for await (const entry of kv.list<Listable>({ prefix: accounts })) {
    const commit = kv.atomic().check(entry);
    relist(commit, null, entry.value);
    // Whoever changes the account now lists it.
    await commit.commit();
  }
  await kv.set(keys.listed(), FOLDING);
}
