import { Buckets } from "../../realtime/common/buckets.ts";
import { AppError } from "../errors.ts";
import { type Rate, RATES } from "./table.ts";

/** Those of each store: what is counted in one process is one server's. */
const counted = new WeakMap<Deno.Kv, Map<Rate, Buckets>>();

/**
 * Counts a request of `whom` against a rate of the table.
 *
 * @returns seconds until it may be asked; 0: it was counted, and may.
 */
export function takeRate(
  { kv }: { kv: Deno.Kv },
  name: Rate,
  whom: string,
): number {
  const each = counted.getOrInsertComputed(kv, () => new Map());
  const buckets = each.getOrInsertComputed(name, () => new Buckets());
  const { rate, burst } = RATES[name];
  return buckets.take(whom, rate, burst);
}

/** What to throw for what was asked too often. */
export const tooOften = (seconds: number): AppError =>
  new AppError({
    code: "too-many-requests",
    status: 429,
    message: "That was asked too often. Please try again in a moment.",
    retryAfter: Math.ceil(seconds),
  });
