import {
  type AccountRecord,
  keys as accountKeys,
  noAccount,
} from "../accounts/store.ts";
import type { Account } from "../accounts/types.ts";
import { LIMITS } from "../../realtime/protocol.ts";
import { noteEvent } from "../audit/events.ts";
import { AppError, toAppError } from "../errors.ts";
import { log } from "../log.ts";
import type { Services } from "../services.ts";
import { announceName } from "./announce.ts";
import { handOver, nextVersion, noteMembers } from "./hand-over.ts";
import { hueOfNext } from "./roster.ts";
import { checkRoomCount } from "./rooms.ts";
import { putMembership } from "./memberships.ts";
import { keys, type Membership, notFound, type StoredRoom } from "./store.ts";

const alreadyMember = (): AppError =>
  new AppError({
    code: "already-member",
    status: 409,
    message: "You are already a member of this room.",
  });

/** What is told to whoever would join, and cannot read it. */
const joinedByNobody = (): AppError =>
  new AppError({
    code: "room-archived",
    status: 409,
    message:
      "This room is archived, so nobody can join it until an admin brings it back.",
  });

const roomFull = (): AppError =>
  new AppError({
    code: "room-full",
    status: 409,
    message: `This room has ${
      LIMITS.membersEach.toLocaleString("en")
    } members, the most a room can have.`,
  });

/** Somebody about to come into a room. */
export interface Entering {
  room: Deno.KvEntry<StoredRoom>;
  /** Lets them in, as long as nothing of what was looked at has changed. */
  commit: Deno.AtomicOperation;
}

/**
 * Begins to let somebody into a room: whether they may is for the caller to look at, after this,
 * and before the commit. Who joins must still exist, because deleting an account ends with its
 * memberships. Then call {@link entered}.
 *
 * @throws {AppError} `not-found` (404); `already-member`, `room-archived`, `room-full` or
 * `too-many-rooms` (409).
 */
export async function entering(
  s: Pick<Services, "kv">,
  account: Account,
  roomId: string,
): Promise<Entering> {
  const [room, member, person] = await s.kv.getMany<
    [StoredRoom, Membership, AccountRecord]
  >([
    keys.room(roomId),
    keys.member(roomId, account.id),
    accountKeys.account(account.id),
  ]);
  if (person.versionstamp === null) throw noAccount();
  if (room.versionstamp === null) throw notFound();
  if (member.versionstamp !== null) throw alreadyMember();
  if (room.value.kind === "direct") throw notFound();
  if (room.value.archivedAt !== undefined) throw joinedByNobody();
  await checkRoomCount(s, account.id);
  if (room.value.memberCount >= LIMITS.membersEach) throw roomFull();
  const membership: Membership = {
    role: "member",
    joinedAt: Date.now(),
    hue: await hueOfNext(s, roomId, account.id),
  };
  const memberCount = room.value.memberCount + 1;
  const version = nextVersion(room.value);
  const commit = s.kv.atomic().check(room).check(member).check(person)
    .set(room.key, { ...room.value, memberCount, version })
    .delete(keys.removedFrom(account.id, roomId));
  putMembership(commit, roomId, account.id, membership);
  noteMembers(commit, room.value, version, { [account.id]: "member" });
  noteEvent(commit, "member-joined", account.id, { roomId });
  return { room, commit };
}

/** What somebody is told who was removed from a room, and is invited by nobody. */
export const removed = (): AppError =>
  new AppError({
    code: "removed-from-room",
    status: 403,
    message:
      "An admin removed you from this room. You can come back if someone invites you.",
  });

/** Whether an admin removed somebody from a room who has not come back since. */
export async function wasRemoved(
  { kv }: Pick<Services, "kv">,
  accountId: string,
  roomId: string,
): Promise<boolean> {
  const out = await kv.get(keys.removedFrom(accountId, roomId));
  return out.versionstamp !== null;
}

/**
 * Refuses whoever an admin removed, where nobody invites them: a look after {@link entering}, and
 * before the commit.
 *
 * @throws {AppError} `removed-from-room` (403).
 */
export async function refuseRemoved(
  s: Pick<Services, "kv">,
  accountId: string,
  roomId: string,
): Promise<void> {
  if (await wasRemoved(s, accountId, roomId)) throw removed();
}

/** Tells of somebody who has come into a room. */
export async function entered(
  s: Pick<Services, "kv" | "realtime">,
  account: Account,
  roomId: string,
): Promise<void> {
  await handOver(s, roomId);
  await announceName(s, roomId, account.id);
  await catchUp(s, account, roomId);
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
    log("warn", "read-not-noted", { code: toAppError(error).code, error });
  }
}
