import type { Occasion } from "./occasions.ts";

/**
 * The queue's part of KV. All of it:
 *
 * | key | value | expires |
 * |---|---|---|
 * | `["mails_waiting", id]` | {@link WaitingMail}: still to be handed over | with its use |
 * | `["mails_failed", id]` | {@link FailedMail}: given up; without the words | the same |
 *
 * An e-mail that was handed over is in neither. While it waits, what it says is in KV, the link of
 * an invitation included; that is gone with the hand-over, the last try, or the invitation.
 */
export interface WaitingMail {
  occasion: Occasion;
  /** Names it in its Message-ID, at every try the same. */
  messageId: string;
  /** Milliseconds since the Unix epoch, as are the other times. */
  createdAt: number;
  /** From when on it is of no use any more. */
  until: number;
  /** Tries begun. */
  tries: number;
  /** Not to be tried before. */
  nextAt: number;
  /** Some instance is sending it; when it has not said so by then, it is gone. */
  claimedUntil: number;
}

/** Why an e-mail was given up: the server refused it for good, or too many tries failed. */
export type GivenUp = "refused" | "exhausted";

export interface FailedMail {
  reason: GivenUp;
  at: number;
}

/** How far an e-mail got; `sent`: a mail server took it, which is as much as can be known. */
export type Delivery = "sent" | "waiting" | GivenUp;

export const keys = {
  waiting: (id: string) => ["mails_waiting", id],
  allWaiting: () => ["mails_waiting"],
  failed: (id: string) => ["mails_failed", id],
};

/**
 * Adds to `commit` an e-mail to be sent: it is queued when the change it tells of is made, and not
 * otherwise. Then call `deliverSoon`.
 *
 * @param id the caller's name for it, to ask for its {@link deliveryOf} or to {@link dropMail} it.
 * @param until from when on it is of no use, in milliseconds since the Unix epoch.
 */
export function queueMail(
  commit: Deno.AtomicOperation,
  id: string,
  occasion: Occasion,
  until: number,
): Deno.AtomicOperation {
  const createdAt = Date.now();
  const waiting: WaitingMail = {
    occasion,
    messageId: crypto.randomUUID(),
    createdAt,
    until,
    tries: 0,
    nextAt: createdAt,
    claimedUntil: 0,
  };
  return commit.delete(keys.failed(id)).set(keys.waiting(id), waiting, {
    expireIn: Math.max(1, until - createdAt),
  });
}

/** Adds to `commit` that an e-mail is not to be sent any more, if it has not been. */
export const dropMail = (
  commit: Deno.AtomicOperation,
  id: string,
): Deno.AtomicOperation =>
  commit.delete(keys.waiting(id)).delete(keys.failed(id));

/** How far an e-mail got that was queued under this id. */
export async function deliveryOf(kv: Deno.Kv, id: string): Promise<Delivery> {
  const [waiting, failed] = await kv.getMany<[WaitingMail, FailedMail]>([
    keys.waiting(id),
    keys.failed(id),
  ]);
  if (waiting.value !== null) return "waiting";
  return failed.value?.reason ?? "sent";
}
