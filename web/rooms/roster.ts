import { keys as listingKeys } from "../accounts/listing.ts";
import { Remembered } from "../remembered.ts";
import type { Services } from "../services.ts";
import { huesFor } from "./hues.ts";
import {
  byStanding,
  type Looks,
  looksIn,
  namesOf,
  toldApart,
} from "./names.ts";
import { keys, listAll, type Membership } from "./store.ts";

type Store = Pick<Services, "kv">;

/** The members of a room as they are now. */
export interface Roster {
  /** The longest-standing first. */
  members: (Membership & { id: string })[];
  /** What each is called in the room, see {@link toldApart}. */
  names: ReadonlyMap<string, string>;
  /** See {@link huesFor}. */
  hues: Readonly<Record<string, number>>;
}

interface Kept extends Roster {
  /** The names of their accounts. */
  plain: Map<string, string>;
  looks: Looks;
}

/** Bytes of memory that rosters take in all; one of them, and each member of it: as measured. */
const MOST = 40_000_000, ROSTER = 1_600, MEMBER = 400;

/** Most rooms are small: what tells one from another takes more than who is in it. */
export const bytesOf = ({ members }: Pick<Roster, "members">): number =>
  members.length && ROSTER + MEMBER * members.length;

const remembered = new Remembered<Kept>(MOST, bytesOf);

async function build(
  { kv }: Store,
  roomId: string,
  before?: Kept,
): Promise<Kept> {
  const entries = await listAll<Membership>(kv, keys.members(roomId));
  const members = entries
    .map(({ key, value }) => ({ id: String(key.at(-1)), ...value }))
    .sort(byStanding);
  const known = before?.plain;
  const unknown = members.filter(({ id }) => !known?.has(id));
  const read = await namesOf({ kv }, unknown.map(({ id }) => id));
  const plain = new Map(
    members.map(({ id }) => [id, known?.get(id) ?? read.get(id)!]),
  );
  const names = toldApart(plain);
  const hues = huesFor(members);
  return { members, plain, names, hues, looks: looksIn(plain, names) };
}

/**
 * The members of a room: remembered for as long as neither who is in it changes, which rewrites the
 * room's record, nor what anybody is called, which leaves a mark.
 */
const keptRoster = (s: Store, roomId: string): Promise<Kept> =>
  remembered.get(
    s.kv,
    roomId,
    [keys.room(roomId), listingKeys.renamings()],
    (before) => {
      const areNamesKnown = before?.same[1] === true;
      return build(s, roomId, areNamesKnown ? before.value : undefined);
    },
  );

/** {@link Roster} of a room; nobody where there is no such room. */
export const rosterOf = async (s: Store, roomId: string): Promise<Roster> =>
  await keptRoster(s, roomId);

/**
 * What the people of a room are called in it, by their ids: the name of their account as it is
 * now, and a number behind it where it looks like that of somebody who was there before, as
 * `Ada (2)`. Those who are gone, but wrote something, come after the members.
 *
 * @param others ids of people who may not be members any more.
 */
export async function roomNames(
  s: Store,
  roomId: string,
  others: Iterable<string> = [],
): Promise<ReadonlyMap<string, string>> {
  const { names, looks } = await keptRoster(s, roomId);
  const gone = [...others].filter((id) => !names.has(id)).sort();
  if (gone.length === 0) return names;
  const beside = toldApart(await namesOf(s, gone), looks);
  return new Map([...names, ...beside]);
}

/** {@link huesFor} the members of a room; none where there is no such room. */
export const roomHues = async (
  s: Store,
  roomId: string,
): Promise<Readonly<Record<string, number>>> =>
  (await keptRoster(s, roomId)).hues;

/** The hue of somebody about to join a room. */
export async function hueOfNext(
  s: Store,
  roomId: string,
  id: string,
): Promise<number> {
  const { members } = await keptRoster(s, roomId);
  return huesFor([...members, { id }])[id];
}
