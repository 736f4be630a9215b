/** What is done to whom, and when: a pure function of the seed. */

/** Something that can break: an instance, a store's node, or the network between. */
export type Target = string;

export interface Fault {
  /** Milliseconds after the start. */
  at: number;
  kind: FaultKind;
  target: Target;
  /** Milliseconds until it is undone. */
  lasts: number;
}

/** Every kind of fault, as it is printed. */
export const FAULTS = {
  "kill-instance": "instance killed (SIGKILL), started again",
  "stop-instance": "instance told to stop (SIGTERM), started again",
  "freeze-instance": "instance frozen (SIGSTOP, SIGCONT)",
  "kill-store": "Redis killed (SIGKILL), started again",
  "stop-store": "Redis told to stop (SIGTERM), started again",
  "freeze-store": "Redis frozen (SIGSTOP, SIGCONT)",
  "cut": "connections cut",
  "delay": "connections delayed",
  "stall": "connections stalled, nothing passes",
  "refuse-writes": "store that refuses to write (locked, full, no replica)",
  "slow-reader": "reader that stops reading",
  "burst": "people who write far more at once than they may",
  "reload": "pages reloaded",
} as const;

export type FaultKind = keyof typeof FAULTS;

const KINDS = Object.keys(FAULTS) as FaultKind[];
/** Milliseconds between the ends of two faults of one target: time to do some work. */
const REST = 1_200;
/** Milliseconds a fault lasts, at most. */
const LONGEST = 6_000;
/** Milliseconds from one fault to the next, at most. */
const PAUSE = 900;

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * The schedule of a run. A target has one fault at a time, but several targets may fail
 * together. The first faults go through all kinds, so that a short run has each of them.
 */
export function plan(
  seed: number,
  seconds: number,
  { instances, stores }: { instances: Target[]; stores: Target[] },
): Fault[] {
  const random = randomNumbers(seed);
  const pick = <T>(from: T[]): T =>
    from[Math.floor(random() * from.length)] as T;
  const targetsOf = (kind: FaultKind): Target[] => {
    if (kind.endsWith("instance")) return instances;
    if (kind.endsWith("store")) return stores;
    return [kind];
  };
  const possible = KINDS.filter((kind) => targetsOf(kind).length > 0);
  const busy = new Map<Target, number>();
  const faults: Fault[] = [];
  const longest = Math.min(LONGEST, seconds * 250);
  let due: FaultKind[] = [];
  for (let at = 300; at < seconds * 1_000; at += 100 + random() * PAUSE) {
    if (due.length === 0) due = shuffled(possible, random);
    const free = (kind: FaultKind) =>
      targetsOf(kind).filter((target) => (busy.get(target) ?? 0) <= at);
    const kind = due.find((it) => free(it).length > 0);
    if (!kind) continue;
    due.splice(due.indexOf(kind), 1);
    const target = pick(free(kind));
    // Mostly short, some longer than clients wait for an answer.
    const lasts = Math.round(200 + random() ** 2 * longest);
    busy.set(target, at + lasts + REST);
    faults.push({ at: Math.round(at), kind, target, lasts });
  }
  return faults;
}

function shuffled<T>(items: T[], random: () => number): T[] {
  return items.map((item) => ({ item, rank: random() }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ item }) => item);
}
