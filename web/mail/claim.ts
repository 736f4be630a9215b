import { rewrite, settle } from "../notes.ts";
import { MOST_TRIES } from "./backoff.ts";
import {
  type FailedMail,
  type GivenUp,
  keys,
  type WaitingMail,
} from "./queue-store.ts";

/**
 * How long one instance has an e-mail to itself: well over the 20 seconds a try may take, so that
 * clocks of other instances may be a minute off.
 */
export const CLAIM_MS = 120_000;

/** An e-mail this instance alone may send, until `mail.claimedUntil`. */
export interface Claim {
  key: Deno.KvKey;
  id: string;
  mail: WaitingMail;
  versionstamp: string;
}

export const isDue = (mail: WaitingMail, now: number): boolean =>
  mail.claimedUntil <= now && mail.nextAt <= now;

/**
 * Claims an e-mail: of any number of instances trying at once, one gets it, because each writes
 * only over the version it has read. The try is counted now, so that an e-mail whose sending ends
 * the process is given up in the end, too.
 *
 * @param early also when its time has not come, but never while another has it.
 * @returns null when there is nothing to send, or it is someone else's.
 */
export async function claim(
  kv: Deno.Kv,
  id: string,
  early: boolean,
): Promise<Claim | null> {
  const entry = await kv.get<WaitingMail>(keys.waiting(id));
  if (entry.value === null) return null;
  const now = Date.now();
  const { key, value, versionstamp } = entry;
  if (!isDue(early ? { ...value, nextAt: 0 } : value, now)) return null;
  if (value.until <= now) {
    await settle(kv, entry);
    return null;
  }
  if (value.tries >= MOST_TRIES) {
    await giveUp(kv, { key, id, mail: value, versionstamp }, "exhausted");
    return null;
  }
  const mail: WaitingMail = {
    ...value,
    tries: value.tries + 1,
    claimedUntil: now + CLAIM_MS,
  };
  const expireIn = value.until - now;
  const own = await rewrite(kv, entry, mail, { expireIn });
  return own && { key, id, mail, versionstamp: own.versionstamp };
}

/** Takes a claimed e-mail out of the queue; false when it was changed or dropped meanwhile. */
export const finish = (kv: Deno.Kv, claimed: Claim): Promise<boolean> =>
  settle(kv, claimed);

/** Puts a claimed e-mail back, to be tried again at `nextAt`. */
export async function putBack(
  kv: Deno.Kv,
  claimed: Claim,
  nextAt: number,
): Promise<void> {
  const { mail } = claimed;
  const waiting: WaitingMail = { ...mail, nextAt, claimedUntil: 0 };
  // Not when it was dropped meanwhile: it must not come back.
  await rewrite(kv, claimed, waiting, {
    expireIn: Math.max(1, mail.until - Date.now()),
  });
}

/** Takes an e-mail out of the queue for good, and notes why for whoever asks. */
export async function giveUp(
  kv: Deno.Kv,
  { key, id, mail, versionstamp }: Claim,
  reason: GivenUp,
): Promise<void> {
  const at = Date.now();
  const failed: FailedMail = { reason, at };
  await kv.atomic().check({ key, versionstamp }).delete(key)
    .set(keys.failed(id), failed, { expireIn: Math.max(1, mail.until - at) })
    .commit();
}
