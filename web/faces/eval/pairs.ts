import { basename } from "node:path";
import { descriptorDistance } from "../template.ts";
import type { UsablePhoto } from "./photos.ts";
import type { Tally } from "./rates.ts";

/** What comparing each photo with each other one came to. */
export interface PairCounts {
  /** Pairs of one person; the errors are those that did not match. */
  genuine: Tally;
  /** Pairs of different people; the errors are those that did. */
  impostor: Tally;
  /** The same within each group: strangers in the same group are the hardest to tell apart. */
  groups: Map<string, { genuine: Tally; impostor: Tally }>;
}

/** Counts the errors when photos up to `threshold` apart match. */
export function countPairs(
  photos: UsablePhoto[],
  threshold: number,
): PairCounts {
  const counts: PairCounts = { ...tallies(), groups: new Map() };
  for (const [a, b, distance] of pairs(photos)) {
    const kind = a.person === b.person ? "genuine" : "impostor";
    const errs = (distance <= threshold) === (kind === "impostor");
    add(counts[kind], errs);
    if (a.group === undefined || a.group !== b.group) continue;
    const group = counts.groups.get(a.group) ?? tallies();
    counts.groups.set(a.group, group);
    add(group[kind], errs);
  }
  return counts;
}

/** How far apart the photos of each pair are, sorted: of one person, and of different people. */
export function distancesOf(
  photos: UsablePhoto[],
): { genuine: Float32Array; impostor: Float32Array } {
  const found = { genuine: [] as number[], impostor: [] as number[] };
  for (const [a, b, distance] of pairs(photos)) {
    found[a.person === b.person ? "genuine" : "impostor"].push(distance);
  }
  return {
    genuine: Float32Array.from(found.genuine).sort(),
    impostor: Float32Array.from(found.impostor).sort(),
  };
}

/** The pairs of different people that are nearest to each other, a line each. */
export function nearestStrangers(
  photos: UsablePhoto[],
  count: number,
): string[] {
  let nearest: [distance: number, line: string][] = [];
  if (count < 1) return [];
  for (const [a, b, distance] of pairs(photos)) {
    if (a.person === b.person || distance >= (nearest.at(-1)?.[0] ?? 2)) {
      continue;
    }
    const names = `${basename(a.file)} ${basename(b.file)}`;
    nearest.push([distance, `${distance.toFixed(3)} ${names}`]);
    nearest.sort((x, y) => x[0] - y[0]);
    if (nearest.length > count) nearest = nearest.slice(0, count);
    if (nearest.length < count) nearest.push([2, ""]);
  }
  return nearest.filter(([, line]) => line).map(([, line]) => line);
}

function* pairs(
  photos: UsablePhoto[],
): Generator<[UsablePhoto, UsablePhoto, number]> {
  for (const [i, a] of photos.entries()) {
    for (let j = i + 1; j < photos.length; j++) {
      const b = photos[j];
      yield [a, b, descriptorDistance(a.descriptor, b.descriptor)];
    }
  }
}

function tallies() {
  return { genuine: { errors: 0, of: 0 }, impostor: { errors: 0, of: 0 } };
}

function add(tally: Tally, errs: boolean) {
  tally.of++;
  if (errs) tally.errors++;
}
