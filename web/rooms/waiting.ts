import { findAccount } from "../accounts/accounts.ts";
import { normaliseEmail } from "../accounts/email.ts";
import type { Account } from "../accounts/types.ts";
import { madeFrom } from "../made-from.ts";
import type { Delivery } from "../mail/queue-store.ts";
import type { Services } from "../services.ts";
import { hasInviter, isOpen, noneOpen } from "./invitation-store.ts";
import {
  keys,
  listAll,
  type StoredInvitation,
  type StoredRoom,
} from "./store.ts";

/** An open invitation, as whoever was invited may see it before they open its link. */
export interface WaitingInvitation {
  id: string;
  invitedBy: string;
  /** Milliseconds since the Unix epoch. */
  createdAt: number;
}

async function openOnesFor(
  s: Pick<Services, "kv">,
  account: Account,
): Promise<StoredInvitation[]> {
  const email = normaliseEmail(account.email);
  // Until it is confirmed, the address may be anybody's.
  if (email === null || account.unconfirmedUntil !== undefined) return [];
  const ids = await listAll<string>(s.kv, keys.addressInvitations(email));
  const found = await Promise.all(ids.map(async ({ value }) => {
    const { value: one } = await s.kv.get<StoredInvitation>(
      keys.invitation(value),
    );
    if (one === null || !isOpen(one)) return null;
    madeFrom()?.until(one.expiresAt);
    const inside = await s.kv.get(keys.member(one.roomId, account.id));
    const room = await s.kv.get<StoredRoom>(keys.room(one.roomId));
    // Nobody can join an archived room.
    const isOffered = inside.versionstamp === null &&
      room.value?.archivedAt === undefined && await hasInviter(s, one);
    return isOffered ? one : null;
  }));
  return found.filter((one) => one !== null)
    .sort((a, b) => b.createdAt - a.createdAt);
}

/**
 * The open invitations that were sent to a person's address, once it is confirmed. This tells who
 * invites, and neither the room nor the link, which are in the e-mail.
 */
export async function waitingInvitations(
  s: Pick<Services, "kv">,
  account: Account,
): Promise<WaitingInvitation[]> {
  const open = await openOnesFor(s, account);
  return await Promise.all(open.map(async ({ id, inviterId, createdAt }) => {
    const inviter = await findAccount(s, inviterId);
    return { id, createdAt, invitedBy: inviter?.name ?? "A former member" };
  }));
}

/**
 * Sends the e-mail of an invitation to the person's address once more, on behalf of who invited.
 *
 * @throws {AppError} `not-found` (404) for an invitation that is not theirs or is over;
 * `too-many-attempts` (429).
 */
export async function askForLink(
  s: Pick<Services, "config" | "kv" | "mailer">,
  account: Account,
  id: string,
): Promise<{ delivery: Delivery }> {
  const invitation = (await openOnesFor(s, account))
    .find((open) => open.id === id);
  const inviter = invitation && await findAccount(s, invitation.inviterId);
  if (!invitation || !inviter) throw noneOpen();
  const { resendInvitation } = await import("./resend.ts");
  const { delivery } = await resendInvitation(
    s,
    inviter,
    invitation.roomId,
    id,
  );
  return { delivery };
}
