import { hueOf, HUES } from "../components/hue.ts";

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
