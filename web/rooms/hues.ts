import { hueOf, HUES } from "../components/hue.ts";
import type { Services } from "../services.ts";
import { keys, listAll, type Membership } from "./store.ts";

/**
 * In which order hues are given, counted from the first member's: three people are a third of the
 * circle apart, six a sixth.
 */
const ORDER = [0, 4, 8, 2, 6, 10, 1, 5, 9, 3, 7, 11];

/** A member and the hue they were given when they came, which those of earlier versions were not. */
interface Coloured {
  id: string;
  hue?: number;
}

/**
 * A hue from 0 to 11 for each member of a room, as far from the others' as can be. Everyone keeps
 * theirs when others come and go. With more members than hues, the least used are given again.
 *
 * @param members the longest-standing first.
 */
export function huesFor(members: Coloured[]): Record<string, number> {
  const [first] = members;
  if (!first) return {};
  const base = first.hue ?? hueOf(first.id);
  const uses = new Array<number>(HUES).fill(0);
  const hues: Record<string, number> = {};
  const give = (id: string, hue: number) => {
    hues[id] = hue;
    uses[hue]++;
  };
  for (const { id, hue } of members) if (hue !== undefined) give(id, hue);
  for (const { id, hue } of members) {
    if (hue !== undefined) continue;
    const least = Math.min(...uses);
    const free = ORDER.map((step) => (base + step) % HUES)
      .find((one) => uses[one] === least)!;
    give(id, free);
  }
  return hues;
}

/** {@link huesFor} the members of a room; none where there is no such room. */
export async function roomHues(
  s: Pick<Services, "kv">,
  roomId: string,
): Promise<Record<string, number>> {
  return huesFor(await membersByStanding(s, roomId));
}

/** The hue of somebody about to join a room. */
export async function hueOfNext(
  s: Pick<Services, "kv">,
  roomId: string,
  id: string,
): Promise<number> {
  return huesFor([...await membersByStanding(s, roomId), { id }])[id];
}

async function membersByStanding(s: Pick<Services, "kv">, roomId: string) {
  const members = await listAll<Membership>(s.kv, keys.members(roomId));
  return members
    .map(({ key, value }) => ({ id: String(key.at(-1)), ...value }))
    .sort((a, b) => a.joinedAt - b.joinedAt || (a.id < b.id ? -1 : 1));
}
