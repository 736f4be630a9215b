import { addressProven } from "../accounts/confirm-address.ts";
import { normaliseEmail } from "../accounts/email.ts";
import {
  type AccountRecord,
  keys as accountKeys,
  noAccount,
  untilCommitted,
} from "../accounts/store.ts";
import type { Account } from "../accounts/types.ts";
import { LIMITS } from "../../realtime/protocol.ts";
import { AppError, toAppError } from "../errors.ts";
import { log } from "../log.ts";
import { dropMail } from "../mail/queue-store.ts";
import type { Services } from "../services.ts";
import { announceName } from "./announce.ts";
import { handOver, nextVersion, noteHandOver } from "./hand-over.ts";
import {
  expiry,
  invitationGone,
  isOpen,
  readInvitation,
} from "./invitation-store.ts";
import { hueOfNext } from "./hues.ts";
import { checkRoomCount, findRoom } from "./rooms.ts";
import {
  keys,
  type Membership,
  type StoredInvitation,
  type StoredRoom,
} from "./store.ts";
import type { Room } from "./types.ts";

const alreadyMember = (): AppError =>
  new AppError({
    code: "already-member",
    status: 409,
    message:
      "You are already a member of this room. The invitation stays open for someone else.",
  });

const roomFull = (): AppError =>
  new AppError({
    code: "room-full",
    status: 409,
    message: `This room has ${
      LIMITS.membersEach.toLocaleString("en")
    } members, the most a room can have. The invitation stays open.`,
  });

/**
 * Uses the invitation up and writes the membership, in one commit; whether it went through. Who
 * invites must still be a member: taking back what they sent comes after their removal, and a crash
 * in between must not leave them a way back in. Who joins must still exist, because deleting an
 * account ends with its memberships.
 */
async function join(
  s: Pick<Services, "kv">,
  account: Account,
  invitation: Deno.KvEntry<StoredInvitation>,
): Promise<boolean> {
  const { id, roomId, email, inviterId } = invitation.value;
  const place = await s.kv.get<string>(keys.roomInvitation(roomId, email));
  const [room, member, inviter, person] = await s.kv.getMany<
    [StoredRoom, Membership, Membership, AccountRecord]
  >([
    keys.room(roomId),
    keys.member(roomId, account.id),
    keys.member(roomId, inviterId),
    accountKeys.account(account.id),
  ]);
  if (person.versionstamp === null) throw noAccount();
  if (room.versionstamp === null) throw invitationGone(null);
  if (inviter.versionstamp === null) {
    throw invitationGone({ ...invitation.value, status: "revoked" });
  }
  if (member.versionstamp !== null) throw alreadyMember();
  await checkRoomCount(s, account.id);
  const membership: Membership = {
    role: "member",
    joinedAt: Date.now(),
    hue: await hueOfNext(s, roomId, account.id),
  };
  const used: StoredInvitation = {
    ...invitation.value,
    status: "accepted",
    acceptedBy: account.id,
  };
  if (room.value.memberCount >= LIMITS.membersEach) throw roomFull();
  const memberCount = room.value.memberCount + 1;
  const version = nextVersion(room.value);
  const commit = s.kv.atomic().check(invitation).check(room).check(member)
    .check(person)
    .set(invitation.key, used, expiry(used))
    .set(room.key, { ...room.value, memberCount, version })
    .set(member.key, membership)
    .set(keys.accountRoom(account.id, roomId), membership);
  noteHandOver(commit, roomId, version);
  // Whoever accepts has the link: another instance may be about to note that it was sent.
  dropMail(commit, id);
  if (place.value === id) commit.check(place).delete(place.key);
  const { ok } = await commit.commit();
  return ok;
}

/**
 * What was said before somebody came is not unread to them. Without realtime it is, and their
 * first visit begins with the oldest.
 */
async function catchUp(
  s: Pick<Services, "kv" | "realtime">,
  account: Account,
  roomId: string,
): Promise<void> {
  try {
    const range = { limit: 1 };
    const { offset } = await s.realtime.history(account, roomId, range);
    await s.realtime.markRead(account, roomId, offset);
  } catch (error) {
    log("warn", "read-not-noted", { code: toAppError(error).code });
  }
}

/**
 * Makes `account` a member of the room the code invites to. A code lets one person in once; the
 * same person accepting again gets the room again, as after a repeated click.
 *
 * @throws {AppError} `not-found` (404); `invitation-used`, `invitation-rejected`,
 * `invitation-revoked` or `invitation-expired` (410); `already-member`, `too-many-rooms` or
 * `room-full` (409), which leave the invitation open. Where it was sent to the account's own address, that is
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
    await handOver(s, roomId);
    await announceName(s, roomId, account.id);
    await catchUp(s, account, roomId);
  }
  const { room } = await findRoom(s, account.id, roomId);
  return room;
}
