import type { Account } from "../accounts/types.ts";
import { type Delivery, deliveryOf } from "../mail/queue-store.ts";
import type { Services } from "../services.ts";
import { countInvitation } from "./invitation-caps.ts";
import { invitationGone, isOpen, noneOpen } from "./invitation-store.ts";
import { deliverNow, makeInvitation } from "./invite.ts";
import { findRoom } from "./rooms.ts";
import { keys, type StoredInvitation } from "./store.ts";

/**
 * Sends the e-mail of an open invitation again: one that still waits is tried now; otherwise the
 * address is invited anew, by `account`, with a new link, because the old one is kept nowhere.
 *
 * @param id the invitation's id, as in `listInvitations`.
 * @throws {AppError} `not-found` (404) also for an invitation that is not of this room;
 * `invitation-revoked` and its like (410) for one that is over, such as by somebody who sent it again
 * before; what {@link invite} throws.
 */
export async function resendInvitation(
  s: Pick<Services, "config" | "kv" | "mailer">,
  account: Account,
  roomId: string,
  id: string,
): Promise<{ delivery: Delivery; link?: string }> {
  await findRoom(s, account.id, roomId);
  const entry = await s.kv.get<StoredInvitation>(keys.invitation(id));
  const invitation = entry.value?.roomId === roomId ? entry.value : null;
  if (!invitation) throw noneOpen();
  if (!isOpen(invitation)) throw invitationGone(invitation);
  const { email } = invitation;
  if (await deliveryOf(s.kv, id) !== "waiting") {
    const anew = await makeInvitation(s, account, roomId, email, id);
    return { link: anew.link, ...await deliverNow(s, anew) };
  }
  await countInvitation(s, account.id, email);
  return await deliverNow(s, invitation);
}
