import { TRIES } from "../access/table.ts";
import { limit, takeAttempts } from "../accounts/attempts.ts";
import { mailboxOf } from "../accounts/email.ts";
import { sha256 } from "../accounts/secrets.ts";
import { AppError } from "../errors.ts";
import type { Services } from "../services.ts";

/** Invitations one person may send in an hour. */
export const PER_ACCOUNT_AN_HOUR = TRIES["invitation-by-account"].most;
/** Invitations of one room that may be open at a time. */
export const OPEN_PER_ROOM = 50;

/**
 * Counts an invitation about to be sent, by whom and to whose mailbox.
 *
 * @throws {AppError} `too-many-attempts` (429) with `retryAfter`.
 */
export async function countInvitation(
  s: Pick<Services, "kv">,
  accountId: string,
  email: string,
): Promise<void> {
  await takeAttempts(s, [
    limit("invitation-by-account", accountId),
    limit("invitation-to-address", await sha256(mailboxOf(email))),
    limit("invitation-by-server", "everyone"),
  ]);
}

/**
 * Refuses one more open invitation to a room that has too many.
 *
 * @throws {AppError} `too-many-invitations` (429).
 */
export function checkOpenCount(open: number): void {
  if (open < OPEN_PER_ROOM) return;
  throw new AppError({
    code: "too-many-invitations",
    status: 429,
    message:
      `This room has ${open} open invitations, the most it can have. Revoke one first.`,
  });
}
