import { untilCommitted } from "../accounts/store.ts";
import type { Account } from "../accounts/types.ts";
import { deliveryOf, dropMail } from "../mail/queue-store.ts";
import type { Services } from "../services.ts";
import {
  describeInvitation,
  expiry,
  invitationGone,
  isOpen,
  noneOpen,
  openInvitations,
  readInvitation,
} from "./invitation-store.ts";
import { findRoom } from "./rooms.ts";
import {
  keys,
  notAdmin,
  type StoredInvitation,
  type StoredRoom,
} from "./store.ts";
import type { Invitation, SentInvitation } from "./types.ts";

/**
 * The invitation a code opens, whatever became of it, for whoever has the code; null when there is
 * none, or no longer a room.
 */
export async function findInvitation(
  s: Pick<Services, "kv">,
  code: string,
): Promise<Invitation | null> {
  const entry = await readInvitation(s, code);
  return entry && await describeInvitation(s, entry.value);
}

/**
 * A room's open invitations, the newest first, each with how far its e-mail got.
 *
 * @throws {AppError} `not-found` (404) to anyone who is not a member.
 */
export async function listInvitations(
  s: Pick<Services, "kv">,
  accountId: string,
  roomId: string,
): Promise<SentInvitation[]> {
  await findRoom(s, accountId, roomId);
  const open = await openInvitations(s, roomId);
  const described = await Promise.all(open.map(async (stored) => {
    const [invitation, delivery] = await Promise.all([
      describeInvitation(s, stored),
      deliveryOf(s.kv, stored.id),
    ]);
    return invitation && { ...invitation, delivery };
  }));
  return described.filter((invitation) => invitation !== null)
    .filter(({ status }) => status === "pending");
}

/**
 * Ends an invitation, unless it is over already; the invitation as it is then. An e-mail still
 * waiting to be sent is not sent.
 */
function endInvitation(
  s: Pick<Services, "kv">,
  id: string,
  status: "rejected" | "revoked",
): Promise<StoredInvitation | null> {
  return untilCommitted(async () => {
    const entry = await s.kv.get<StoredInvitation>(keys.invitation(id));
    if (entry.value === null || !isOpen(entry.value)) return entry.value;
    const { roomId, email } = entry.value;
    const place = await s.kv.get<string>(keys.roomInvitation(roomId, email));
    const over: StoredInvitation = { ...entry.value, status };
    const commit = s.kv.atomic().check(entry)
      .set(entry.key, over, expiry(over));
    dropMail(commit, id);
    if (place.value === id) commit.check(place).delete(place.key);
    const { ok } = await commit.commit();
    return ok ? over : undefined;
  });
}

/**
 * Declines an invitation, signed in or not: having the code is what counts. Declining again
 * changes nothing.
 *
 * @throws {AppError} `not-found` (404); `invitation-used`, `invitation-revoked` or
 * `invitation-expired` (410).
 */
export async function rejectInvitation(
  s: Pick<Services, "kv">,
  _account: Account | null,
  code: string,
): Promise<void> {
  const entry = await readInvitation(s, code);
  if (entry === null) throw invitationGone(null);
  const ended = await endInvitation(s, entry.value.id, "rejected");
  if (ended?.status !== "rejected") throw invitationGone(ended);
}

/**
 * Takes an open invitation back: its link stops working. For the room's admins, and for whoever
 * sent it.
 *
 * @param id the invitation's id, as in {@link listInvitations}.
 * @throws {AppError} `not-found` (404) to anyone who is not a member, and for an invitation that is
 * not of this room; `not-admin` (403).
 */
export async function revokeInvitation(
  s: Pick<Services, "kv">,
  account: Account,
  roomId: string,
  id: string,
): Promise<void> {
  const { role } = await findRoom(s, account.id, roomId);
  const invitation = (await openInvitations(s, roomId))
    .find((open) => open.id === id);
  if (!invitation) throw noneOpen();
  if (role !== "admin" && invitation.inviterId !== account.id) throw notAdmin();
  await endInvitation(s, id, "revoked");
}

/**
 * Takes back what invitations to a room are open by someone who has left it; all of them when the
 * room has ended.
 */
export async function dropInvitations(
  s: Pick<Services, "kv">,
  roomId: string,
  inviterId: string,
): Promise<void> {
  const room = await s.kv.get<StoredRoom>(keys.room(roomId));
  const open = await openInvitations(s, roomId);
  const dropped = open.filter((invitation) =>
    room.value === null || invitation.inviterId === inviterId
  );
  await Promise.all(
    dropped.map((invitation) => endInvitation(s, invitation.id, "revoked")),
  );
}
