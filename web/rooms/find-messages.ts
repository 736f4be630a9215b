import type { Search, SearchPage } from "../../realtime/protocol-http.ts";
import { fold } from "../../realtime/text/fold.ts";
import { hasTerms, type Term, termsOf } from "../../realtime/text/terms.ts";
import type { Clock } from "../client/drawn/times.ts";
import { accountsWith } from "../people/directory.ts";
import type { Person, Services } from "../services.ts";
import { membershipsOf } from "./memberships.ts";
import { namesOf } from "./names.ts";
import { listRooms } from "./rooms.ts";
import { readSearch } from "./search-query.ts";
import { keys } from "./store.ts";
import type { MyRoom } from "./types.ts";

/** Rooms and people that a name is looked for among, and people it may mean at once. */
const ROOMS = 100;
const PEOPLE = 2_000;
const MEANT = 100;
/** Names that are looked for beyond the rooms. */
const NAMES = 5;
/**
 * The id of no account. Where a name is nobody's it is searched for as well: so one cannot tell that
 * from the name of somebody who was never in the rooms.
 */
const NO_ACCOUNT = "nobody";

export interface Wanted {
  typed: string;
  /** Only this room. */
  roomId?: string;
  order: "newest" | "best";
  cursor?: string;
  limit: number;
}

/** A message that was found. */
export type FoundRow = SearchPage["messages"][number];

/** What came of a search, and what of it was not understood. */
export interface Found extends SearchPage {
  /** What to mark in the messages. */
  terms: Term[];
  /** The rooms of the messages, by their ids. */
  rooms: Map<string, MyRoom>;
  /**
   * Names of rooms that were asked for and are not there, and of people who are not, where nothing
   * was found from anyone else either.
   */
  noRoom: string[];
  nobody: string[];
  unclear: string[];
}

/**
 * Finds messages in the rooms that a person is in now.
 *
 * @throws {AppError} what realtime says: `bad-frame` (400), `rate-limited` (429), or that it is
 * away (503).
 */
export async function findMessages(
  s: Pick<Services, "kv" | "realtime">,
  me: Person,
  { typed, roomId, order, cursor, limit }: Wanted,
  clock: Clock,
): Promise<Found> {
  const text = readSearch(typed, clock);
  const mine = [...(await membershipsOf(s, me.id)).keys()]
    .filter((id) => roomId === undefined || id === roomId);
  // Their names are read where they are asked for, and of what is found.
  const [rooms, noRoom] = text.in.length === 0
    ? [mine.map((id) => ({ id })), []]
    : named(text.in, await listRooms(s, me.id, mine));
  const people = text.from.length === 0
    ? []
    : await peopleOf(s, me, rooms.slice(0, ROOMS).map(({ id }) => id));
  const [here, absent] = named(text.from, people);
  const { terms, has, after, before, unclear } = text;
  const said = { terms, noRoom, nobody: [] as string[], unclear };
  const isNarrowed = terms.length + has.length + text.from.length > 0 ||
    after !== undefined || before !== undefined;
  const isAsked = isNarrowed || text.in.length > 0;
  const isFruitless = noRoom.length + unclear.length > 0;
  if (!isAsked || isFruitless) {
    return { ...said, rooms: new Map(), messages: [], next: null };
  }
  const senders = new Set([
    ...here.map(({ id }) => id),
    ...await elsewhere(s, text.from, people),
    ...absent.length > 0 ? [NO_ACCOUNT] : [],
  ]);
  const search: Search = {
    ...{ terms, has, before, order, cursor, limit },
    // Rooms alone: all that was ever said there.
    after: isNarrowed ? after : 0,
    rooms: rooms.map(({ id }) => id),
    from: text.from.length === 0 ? undefined : [...senders].slice(0, MEANT),
  };
  const page = await s.realtime.search(me, search);
  const isBare = page.messages.length === 0 && page.next === null &&
    page.reached === undefined && cursor === undefined;
  if (isBare) said.nobody = absent;
  const hit = [...new Set(page.messages.map((message) => message.roomId))];
  const shown = await listRooms(s, me.id, hit);
  return {
    ...said,
    ...page,
    rooms: new Map(shown.map((room) => [room.id, room])),
  };
}

/** Those that one of the names means, all of them if there are no names; and names of nothing. */
function named<T extends { name: string }>(
  names: string[],
  all: T[],
): [meant: T[], missing: string[]] {
  if (names.length === 0) return [all, []];
  const folded = all.map((one) => ({ one, name: fold(one.name) }));
  const meant = new Set<T>();
  const missing = names.filter((name) => {
    const terms = termsOf(name);
    const exact = folded.filter((it) => it.name === name);
    const found = exact.length > 0
      ? exact
      : folded.filter((it) => hasTerms(it.name, terms));
    for (const { one } of found) meant.add(one);
    return found.length === 0 || terms.length === 0;
  });
  return [[...meant], missing];
}

/**
 * The ids of those who are called so and may have left the rooms. Whoever is called just so goes
 * before those of whom it is a part, there as here.
 */
async function elsewhere(
  s: Pick<Services, "kv">,
  names: string[],
  people: { name: string }[],
): Promise<string[]> {
  const here = new Set(people.map(({ name }) => fold(name)));
  const wanted = names.filter((name) => name !== "me").slice(0, NAMES);
  const found = await Promise.all(wanted.map(async (name) => {
    const [meant] = named([name], await accountsWith(s, name));
    return here.has(name)
      ? meant.filter((one) => fold(one.name) === name)
      : meant;
  }));
  return found.flat().map(({ id }) => id);
}

/** The people of rooms, and whoever asks, whom `me` means as well. */
async function peopleOf(
  s: Pick<Services, "kv">,
  me: Person,
  roomIds: string[],
): Promise<{ id: string; name: string }[]> {
  const ids = new Set<string>();
  for (const id of roomIds) {
    const members = s.kv.list({ prefix: keys.members(id) }, {
      limit: PEOPLE,
      batchSize: 500,
    });
    for await (const { key } of members) ids.add(String(key.at(-1)));
    if (ids.size >= PEOPLE) break;
  }
  const names = await namesOf(s, [...ids].slice(0, PEOPLE));
  return [
    { id: me.id, name: "me" },
    ...[...names].map(([id, name]) => ({ id, name })),
  ];
}
