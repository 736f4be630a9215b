import { addressProven } from "../accounts/confirm-address.ts";
import { normaliseEmail } from "../accounts/email.ts";
import { untilCommitted } from "../accounts/store.ts";
import type { Account } from "../accounts/types.ts";
import { AppError } from "../errors.ts";
import { dropMail } from "../mail/queue-store.ts";
import type { Services } from "../services.ts";
import { entered, entering } from "./entering.ts";
import {
  expiry,
  hasInviter,
  invitationGone,
  isOpen,
  readInvitation,
} from "./invitation-store.ts";
import { findRoom } from "./rooms.ts";
import { keys, type StoredInvitation } from "./store.ts";
import type { Room } from "./types.ts";

/** What keeps somebody out of a room does not use their invitation up. */
function staysOpen(error: unknown): unknown {
  if (!(error instanceof AppError)) return error;
  const { code, status, message } = error;
  if (code === "not-found" && status === 404) return invitationGone(null);
  if (code === "already-member") {
    return new AppError({
      code,
      status,
      message: `${message} The invitation stays open for someone else.`,
    });
  }
  return code === "room-full" || code === "room-archived"
    ? new AppError({
      code,
      status,
      message: `${message} The invitation stays open.`,
    })
    : error;
}

/**
 * Uses the invitation up and writes the membership, in one commit; whether it went through. Who
 * invites must still be a member: taking back what they sent comes after their removal, and a crash
 * in between must not leave them a way back in.
 */
async function join(
  s: Pick<Services, "kv">,
  account: Account,
  invitation: Deno.KvEntry<StoredInvitation>,
): Promise<boolean> {
  const { id, roomId, email } = invitation.value;
  const place = await s.kv.get<string>(keys.roomInvitation(roomId, email));
  const { commit } = await entering(s, account, roomId).catch((error) => {
    throw staysOpen(error);
  });
  if (!await hasInviter(s, invitation.value)) {
    throw invitationGone({ ...invitation.value, status: "revoked" });
  }
  const used: StoredInvitation = {
    ...invitation.value,
    status: "accepted",
    acceptedBy: account.id,
  };
  commit.check(invitation).set(invitation.key, used, expiry(used));
  // Whoever accepts has the link: another instance may be about to note that it was sent.
  dropMail(commit, id);
  if (place.value === id) commit.check(place).delete(place.key);
  const { ok } = await commit.commit();
  return ok;
}

/**
 * Makes `account` a member of the room the code invites to. A code lets one person in once; the
 * same person accepting again gets the room again, as after a repeated click.
 *
 * @throws {AppError} `not-found` (404); `invitation-used`, `invitation-rejected`,
 * `invitation-revoked` or `invitation-expired` (410); `already-member`, `room-archived`,
 * `too-many-rooms` or `room-full` (409), which leave the invitation open. Where it was sent to the account's own address, that is
 * confirmed by it.
 */
export async function acceptInvitation(
  s: Pick<Services, "kv" | "realtime">,
  account: Account,
  code: string,
): Promise<Room> {
  const { roomId, joined, isProven } = await untilCommitted(async () => {
    const invitation = await readInvitation(s, code);
    if (invitation === null) throw invitationGone(null);
    const { roomId, acceptedBy, email } = invitation.value;
    // The link came to this address, and the person has it.
    const isProven = normaliseEmail(account.email) === email;
    if (acceptedBy === account.id) return { roomId, joined: false, isProven };
    if (!isOpen(invitation.value)) throw invitationGone(invitation.value);
    const joined = await join(s, account, invitation);
    return joined ? { roomId, joined, isProven } : undefined;
  });
  if (isProven) await addressProven(s, account.id);
  if (joined) {
    await entered(s, account, roomId);
  }
  const { room } = await findRoom(s, account.id, roomId);
  return room;
}
