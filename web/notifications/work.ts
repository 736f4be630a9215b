import { log } from "../log.ts";
import { finishFirst, shuttingDown } from "../shutdown.ts";
import { collect } from "./collect.ts";
import { goOnWithCrowds } from "./crowds.ts";
import { deliverNotices } from "./deliver.ts";
import type { DeliverServices } from "./telling.ts";

/** Milliseconds one call may go on for: what waits in between is the next one's. */
const SLICE_MS = 10_000;
/** What realtime notes stays noted for a while: milliseconds until it is asked again. */
const NOTED_MS = 16_000;
/** Milliseconds that are waited for what is due in a moment, rather than to be called again. */
const MOMENT_MS = 1_500;

/** Milliseconds until the next try after something failed. */
const BROKEN_MS = 5_000;

const underWay = new WeakMap<Deno.Kv, Promise<number | null>>();

/**
 * Does a slice of telling people: looks what is to be told, and tells what is due. Any number of
 * processes may. Two calls at once are one, and then another.
 *
 * @returns milliseconds until there is more to do; null: not until something happens.
 */
export async function notifyPeople(
  s: DeliverServices,
): Promise<number | null> {
  const before = underWay.get(s.kv);
  if (before) await before.catch(() => null);
  const other = underWay.get(s.kv);
  if (other) return await other;
  const work = slice(s).finally(() => underWay.delete(s.kv));
  underWay.set(s.kv, work);
  finishFirst(work.catch(() => null));
  return await work;
}

async function slice(s: DeliverServices): Promise<number | null> {
  const until = Date.now() + SLICE_MS;
  let isBroken = false;
  const failed = (error: unknown) => {
    isBroken = true;
    log("warn", "notice-waits", { error });
  };
  for (;;) {
    const isNoted = await collect(s, failed);
    let next = await deliverNotices(s, failed);
    // Of a crowd more are noted only once those of before, and everybody else, were told.
    if (next === null || next > Date.now()) {
      if (await goOnWithCrowds(s, failed)) next = Date.now();
    }
    const wait = next === null ? null : Math.max(0, next - Date.now());
    const isSoon = wait !== null && wait < MOMENT_MS && Date.now() < until;
    // KV or realtime is away: not all at once, and over and over.
    if (isBroken) return Math.max(wait ?? 0, BROKEN_MS);
    if (!isSoon || shuttingDown.aborted) {
      return isNoted ? Math.min(wait ?? Infinity, NOTED_MS) : wait;
    }
    await new Promise((done) => setTimeout(done, wait));
  }
}
