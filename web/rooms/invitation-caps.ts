import { takeAttempts } from "../accounts/attempts.ts";
import { sha256 } from "../accounts/secrets.ts";
import { AppError } from "../errors.ts";
import type { Services } from "../services.ts";

const HOUR_MS = 3_600_000;

/** Invitations one person may send in an hour. */
export const PER_ACCOUNT_AN_HOUR = 20;
/** Invitations one address may be sent in a day, whoever sends them. */
export const PER_ADDRESS_A_DAY = 10;
/** Invitations this server sends in an hour, whoever asks for them. */
export const PER_SERVER_AN_HOUR = 200;
/** Invitations of one room that may be open at a time. */
export const OPEN_PER_ROOM = 50;

/**
 * Counts an invitation about to be sent.
 *
 * @throws {AppError} `too-many-attempts` (429) with `retryAfter`.
 */
export async function countInvitation(
  s: Pick<Services, "kv">,
  accountId: string,
  email: string,
): Promise<void> {
  await takeAttempts(s, [
    {
      kind: "invitation-by-account",
      whom: accountId,
      most: PER_ACCOUNT_AN_HOUR,
      windowMs: HOUR_MS,
    },
    {
      kind: "invitation-to-address",
      whom: await sha256(email),
      most: PER_ADDRESS_A_DAY,
      windowMs: 24 * HOUR_MS,
    },
    {
      kind: "invitation-by-server",
      whom: "everyone",
      most: PER_SERVER_AN_HOUR,
      windowMs: HOUR_MS,
    },
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
