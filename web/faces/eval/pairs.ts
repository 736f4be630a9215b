import { basename } from "node:path";
import { descriptorDistance } from "../template.ts";
import type { Photo, UsablePhoto } from "./photos.ts";
import type { Tally } from "./rates.ts";

/** Two photos, and how unlike an engine finds them. */
export type Pair = [a: Photo, b: Photo, distance: number];

/** What comparing photos came to. */
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
  pairs: Iterable<Pair>,
  threshold: number,
): PairCounts {
  const counts: PairCounts = { ...tallies(), groups: new Map() };
  for (const [a, b, distance] of pairs) {
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
  pairs: Iterable<Pair>,
): { genuine: Float32Array; impostor: Float32Array } {
  const found = { genuine: [] as number[], impostor: [] as number[] };
  for (const [a, b, distance] of pairs) {
    found[a.person === b.person ? "genuine" : "impostor"].push(distance);
  }
  return {
    genuine: Float32Array.from(found.genuine).sort(),
    impostor: Float32Array.from(found.impostor).sort(),
  };
}

/** The pairs of different people that are nearest to each other, a line each. */
export function nearestStrangers(
  pairs: Iterable<Pair>,
  count: number,
): string[] {
  let nearest: [distance: number, line: string][] = [];
  if (count < 1) return [];
  for (const [a, b, distance] of pairs) {
    const last = nearest.length < count ? Infinity : nearest[count - 1][0];
    if (a.person === b.person || distance >= last) continue;
    const names = `${basename(a.file)} ${basename(b.file)}`;
    nearest.push([distance, `${distance.toFixed(3)} ${names}`]);
    nearest = nearest.sort((x, y) => x[0] - y[0]).slice(0, count);
  }
  return nearest.map(([, line]) => line);
}

/** Each photo with each other one, as the local engine compares them. */
export function* describedPairs(photos: UsablePhoto[]): Generator<Pair> {
  for (const [a, b] of eachTwo(photos)) {
    yield [a, b, descriptorDistance(a.descriptor, b.descriptor)];
  }
}

/**
 * Up to `most` pairs of one person, and as many of different people: every so many-th of all, so that
 * each measurement asks for the same.
 */
export function somePairs<P extends Photo>(
  photos: P[],
  most: number,
): [P, P][] {
  const isGenuine = ([a, b]: [P, P]) => a.person === b.person;
  const count = { genuine: 0, impostor: 0 };
  const kindOf = (two: [P, P]) => isGenuine(two) ? "genuine" : "impostor";
  for (const two of eachTwo(photos)) count[kindOf(two)]++;
  const seen = { genuine: 0, impostor: 0 };
  const some: [P, P][] = [];
  for (const two of eachTwo(photos)) {
    const kind = kindOf(two);
    const at = seen[kind]++;
    const taken = (of: number) =>
      Math.floor(of * Math.min(most, count[kind]) / count[kind]);
    if (taken(at + 1) > taken(at)) some.push(two);
  }
  return some;
}

function* eachTwo<P extends Photo>(photos: P[]): Generator<[P, P]> {
  for (const [i, a] of photos.entries()) {
    for (let j = i + 1; j < photos.length; j++) yield [a, photos[j]];
  }
}

function tallies() {
  return { genuine: { errors: 0, of: 0 }, impostor: { errors: 0, of: 0 } };
}

function add(tally: Tally, errs: boolean) {
  tally.of++;
  if (errs) tally.errors++;
}
