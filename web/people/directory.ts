import { hasWords } from "../../realtime/text/fold.ts";
import {
  keys as listingKeys,
  nameWords,
  sortedName,
} from "../accounts/listing.ts";
import { keys as accountKeys, readRecord } from "../accounts/store.ts";
import type { AccountRecord } from "../accounts/store.ts";
import type { Account } from "../accounts/types.ts";
import { roomsOf } from "../rooms/memberships.ts";
import { getAll, isId, keys } from "../rooms/store.ts";
import { serverNames } from "./names.ts";
import { profilesOf } from "./profile.ts";
import { type PeopleServices, seesEveryone } from "./visible.ts";

/** Somebody as a list of people shows them. */
export interface ListedPerson {
  id: string;
  /** See {@link serverNames}. */
  name: string;
  /** A line about them. */
  about?: string;
  /** Which picture they chose, if they did. */
  picture?: string;
}

export interface PeoplePage {
  /** By name. */
  people: ListedPerson[];
  /** The id after which the next page begins; null: this is the last. */
  next: string | null;
}

export interface PeopleQuery {
  /** Beginnings of words of a name, in any order; empty: everybody. */
  q?: string;
  /** The id of the last person of the page before. */
  after?: string;
  limit?: number;
}

/** People on a page. */
export const PEOPLE_PAGE = 50;
/** People who are looked at for one search. */
const LOOKED_AT = 2_000;

/**
 * A page of the people somebody may find, never themselves: everyone on this server whose address is
 * confirmed, or where the operator decided so, those they share a room with. Names are compared as
 * searching does. Of more than 2,000 with the longest word of a search, or in one's rooms, the
 * first are looked at.
 */
export async function findPeople(
  s: PeopleServices,
  me: Account,
  { q = "", after, limit = PEOPLE_PAGE }: PeopleQuery,
): Promise<PeoplePage> {
  const words = nameWords(q);
  const open = seesEveryone(s, me);
  const last = after && isId(after) ? await readRecord(s.kv, after) : null;
  const start = last && placeOf(last);
  if (open && words.length === 0) {
    return await everybody(s, me, start, limit);
  }
  const ids = open ? await withWords(s, words) : await inMyRooms(s, me);
  const records = await getAll<AccountRecord>(
    s.kv,
    ids.filter((id) => id !== me.id).map(accountKeys.account),
  );
  const found = records
    .filter((record) => record !== null)
    .filter(({ unconfirmedUntil }) => !open || unconfirmedUntil === undefined)
    .filter(({ name }) => beginWords(name, words))
    .map((record) => ({ record, place: placeOf(record) }))
    .sort((a, b) => a.place < b.place ? -1 : 1)
    .filter(({ place }) => !start || place > start)
    .map(({ record }) => record);
  return await pageOf(s, found, limit);
}

/**
 * Everyone on this server with a word that begins as this name's longest does, whoever may find
 * them: it is for what is told of nobody by itself. The first 2,000.
 */
export async function accountsWith(
  s: Pick<PeopleServices, "kv">,
  name: string,
): Promise<{ id: string; name: string }[]> {
  const words = nameWords(name);
  if (words.length === 0) return [];
  const ids = await withWords(s, words);
  const records = await getAll<AccountRecord>(
    s.kv,
    ids.map(accountKeys.account),
  );
  return records.filter((record) => record !== null);
}

/** Where somebody stands among all, as text to be compared. */
const placeOf = ({ name, id }: { name: string; id: string }): string =>
  `${sortedName(name)}\0${id}`;

/** Whether each of these words begins one of a name's. */
function beginWords(name: string, words: string[]): boolean {
  const text = ` ${sortedName(name)}`;
  return hasWords(text, words.map((word) => ` ${word}`));
}

/** The next of all people, by name. */
async function everybody(
  s: PeopleServices,
  me: Account,
  start: string | null,
  limit: number,
): Promise<PeoplePage> {
  const prefix = listingKeys.people();
  const [name, id] = start?.split("\0") ?? [];
  const from = start === null
    ? { prefix }
    : { prefix, start: listingKeys.person(name, `${id}\0`) };
  // One more tells whether there is another page; one may be the person who asks.
  const entries = await Array.fromAsync(s.kv.list(from, { limit: limit + 2 }));
  const ids = entries.map(({ key }) => String(key[2]))
    .filter((id) => id !== me.id);
  const records = await getAll<AccountRecord>(
    s.kv,
    ids.map(accountKeys.account),
  );
  return await pageOf(s, records.filter((record) => record !== null), limit);
}

/** The ids of people with the longest of these words. */
async function withWords(
  s: Pick<PeopleServices, "kv">,
  words: string[],
): Promise<string[]> {
  const longest = words.reduce((a, b) => b.length > a.length ? b : a);
  const [prefix] = listingKeys.words();
  const entries = await Array.fromAsync(
    s.kv.list({
      start: [prefix, longest],
      end: [prefix, `${longest}\u{10ffff}`],
    }, { limit: LOOKED_AT, batchSize: 500 }),
  );
  return [...new Set(entries.map(({ key }) => String(key[2])))];
}

/** The ids of those one shares a room with. */
async function inMyRooms(s: PeopleServices, me: Account): Promise<string[]> {
  const ids = new Set<string>();
  for (const roomId of await roomsOf(s, me.id)) {
    const limit = LOOKED_AT + 1 - ids.size;
    const members = s.kv.list(
      { prefix: keys.members(roomId) },
      { limit, batchSize: Math.min(limit, 500) },
    );
    for await (const { key } of members) ids.add(String(key.at(-1)));
    if (ids.size > LOOKED_AT) break;
  }
  return [...ids];
}

async function pageOf(
  s: PeopleServices,
  found: AccountRecord[],
  limit: number,
): Promise<PeoplePage> {
  const shown = found.slice(0, limit);
  const ids = shown.map(({ id }) => id);
  const [names, profiles] = await Promise.all([
    serverNames(s, ids),
    profilesOf(s, ids),
  ]);
  const people = ids.map((id, i) => {
    const { about, picture } = profiles[i];
    return { id, name: names.get(id)!, about, picture };
  });
  return { people, next: found.length > limit ? ids.at(-1) ?? null : null };
}
