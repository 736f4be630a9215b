/** Whether anything was written to the file of a KV, by this process or another. */
import { AsyncLocalStorage } from "node:async_hooks";
import { DatabaseSync } from "node:sqlite";

/**
 * Opens a second connection to a KV file that is open already.
 *
 * @returns gives a number that is another one once anything was committed to the file since, by
 * whichever connection (SQLite, "PRAGMA data_version"). It takes some 5 µs, and a KV reading 150.
 */
export function momentsOf(path: string): () => number {
  // Never closed: it goes with the process, as the KV does.
  const file = new DatabaseSync(path, { readOnly: true });
  const version = file.prepare("PRAGMA data_version");
  // An object for each answer would take a third of the time.
  version.setReturnArrays(true);
  let failures = 0;
  return () => {
    try {
      return Number(version.get()?.[0]);
    } catch {
      // It is locked for a moment: one that is like no other says that anything may have changed.
      failures += 1;
      return -failures;
    }
  };
}

const moments = new WeakMap<Deno.Kv, () => number>();

/** Has {@link momentOf} know a KV by the moments of its file. */
export const knowMoments = (kv: Deno.Kv, moment: () => number): void =>
  void moments.set(kv, moment);

/**
 * The present state of a KV as a number: as long as it is the same, so is everything in the KV.
 * Undefined for one that is no file, and so cannot tell.
 */
export const momentOf = (kv: Deno.Kv): number | undefined =>
  moments.get(kv)?.();

interface Begun {
  ask: () => number;
  moment: number;
}

const begun = new AsyncLocalStorage<Begun>();

/**
 * Does some work that writes nothing to a KV, and for which it is enough that what it reads was so at a
 * moment that was asked for just now. That moment is not asked for again each time it reads.
 *
 * @param moment see {@link momentOf}; undefined: it is asked for each time.
 */
export function asOf<T>(
  kv: Deno.Kv,
  moment: number | undefined,
  work: () => T,
): T {
  const ask = moments.get(kv);
  return ask && moment !== undefined
    ? begun.run({ ask, moment }, work)
    : work();
}

/** The moment that this work is {@link asOf}, of the file that `ask` tells of. */
export function momentBegun(
  ask: (() => number) | undefined,
): number | undefined {
  const work = begun.getStore();
  return work?.ask === ask ? work?.moment : undefined;
}

/** The moment of a KV that this work is {@link asOf}: what was read of it at that moment is so. */
export const momentBegunOf = (kv: Deno.Kv): number | undefined =>
  momentBegun(moments.get(kv));
