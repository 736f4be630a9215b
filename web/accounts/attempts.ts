import { TRIES, type Try } from "../access/table.ts";
import { AppError } from "../errors.ts";
import {
  type AttemptsRecord,
  keys,
  type Store,
  untilCommitted,
} from "./store.ts";

/** How often something may be tried by, or against, somebody; {@link limit} makes it. */
export interface Limit {
  /** Which attempts are counted together. */
  kind: Try;
  /** Who they are counted for: an id, a hash, a network. */
  whom: string;
  most: number;
  windowMs: number;
}

/**
 * As often as the table says.
 *
 * @param whom they are counted for: an id, a hash, a network.
 */
export const limit = (kind: Try, whom: string): Limit => ({
  ...{ kind, whom },
  ...TRIES[kind],
});

const tooMany = (resetAt: number): AppError => {
  const seconds = Math.max(1, Math.ceil((resetAt - Date.now()) / 1000));
  const minutes = Math.ceil(seconds / 60);
  const wait = minutes === 1 ? "a minute" : `${minutes} minutes`;
  return new AppError({
    code: "too-many-attempts",
    status: 429,
    message: `Too many attempts. Please wait ${wait} and try again.`,
    retryAfter: seconds,
  });
};

/**
 * Counts one attempt, before it is made: attempts running side by side cannot slip through
 * together. The count starts again when its window ends, so nobody is locked out for good.
 *
 * @throws {AppError} `too-many-attempts` (429) with `retryAfter`.
 */
export async function takeAttempt(s: Store, limit: Limit): Promise<void> {
  const key = keys.attempts(limit.kind, limit.whom);
  await untilCommitted(async () => {
    const entry = await s.kv.get<AttemptsRecord>(key);
    const now = Date.now();
    const open = entry.value && entry.value.resetAt > now ? entry.value : null;
    if (open && open.count >= limit.most) throw tooMany(open.resetAt);
    const next = open
      ? { ...open, count: open.count + 1 }
      : { count: 1, resetAt: now + limit.windowMs };
    const { ok } = await s.kv.atomic().check(entry)
      .set(key, next, { expireIn: next.resetAt - now }).commit();
    return ok || undefined;
  });
}

/** Gives one attempt back: it turned out not to be a failure. */
export async function returnAttempt(s: Store, limit: Limit): Promise<void> {
  const key = keys.attempts(limit.kind, limit.whom);
  await untilCommitted(async () => {
    const entry = await s.kv.get<AttemptsRecord>(key);
    const expireIn = (entry.value?.resetAt ?? 0) - Date.now();
    if (entry.value === null || entry.value.count < 1 || expireIn <= 0) {
      return true;
    }
    const next = { ...entry.value, count: entry.value.count - 1 };
    const { ok } = await s.kv.atomic().check(entry).set(key, next, { expireIn })
      .commit();
    return ok || undefined;
  });
}

/** Forgets earlier failures, after a success. */
export async function clearAttempts(s: Store, limit: Limit): Promise<void> {
  await s.kv.delete(keys.attempts(limit.kind, limit.whom));
}

/** Counts one attempt against every limit, or against none when one of them is reached. */
export async function takeAttempts(s: Store, limits: Limit[]): Promise<void> {
  const taken: Limit[] = [];
  try {
    for (const limit of limits) {
      await takeAttempt(s, limit);
      taken.push(limit);
    }
  } catch (error) {
    await returnAttempts(s, taken);
    throw error;
  }
}

export async function returnAttempts(s: Store, limits: Limit[]): Promise<void> {
  for (const limit of limits) await returnAttempt(s, limit);
}
