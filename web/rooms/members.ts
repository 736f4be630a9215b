import { untilCommitted } from "../accounts/store.ts";
import type { Account } from "../accounts/types.ts";
import { noteEvent } from "../audit/events.ts";
import { AppError } from "../errors.ts";
import type { Services } from "../services.ts";
import { announceName } from "./announce.ts";
import {
  handOver,
  nextVersion,
  noteHandOver,
  noteMembers,
} from "./hand-over.ts";
import { noteRoomErasure } from "./room-erasures.ts";
import { dropInvitations } from "./invitations.ts";
import { dropMembership, putMembership } from "./memberships.ts";
import { byStanding } from "./names.ts";
import { findRoom, readMembership } from "./rooms.ts";
import { rosterOf } from "./roster.ts";
import { lastAdmin } from "./settings.ts";
import { listOpen } from "./opening.ts";
import {
  directRoom,
  isId,
  keys,
  listAll,
  type MembersChange,
  type Membership,
  noMember,
  notAdmin,
} from "./store.ts";
import type { Member } from "./types.ts";

/**
 * A room's members, the longest-standing first.
 *
 * @throws {AppError} `not-found` (404) to anyone who is not one of them.
 */
export async function listMembers(
  s: Pick<Services, "kv">,
  accountId: string,
  roomId: string,
): Promise<Member[]> {
  await findRoom(s, accountId, roomId);
  const { members, names } = await rosterOf(s, roomId);
  return members.map((member) => ({ ...member, name: names.get(member.id)! }));
}

/**
 * Takes a member out of a room, and with them the invitations they have open and the room's link.
 * Their sockets lose the room at once.
 *
 * @throws {AppError} `not-found` (404) for a room the actor is not in or a person who is not in
 * the room; `not-admin` (403); `direct-room` (409).
 */
export async function removeMember(
  s: Pick<Services, "kv" | "realtime">,
  actor: Account,
  roomId: string,
  memberId: string,
): Promise<void> {
  if (memberId === actor.id) return await leaveRoom(s, actor, roomId);
  await untilCommitted(async () => {
    const { room, membership } = await readMembership(s, actor.id, roomId);
    if (room.value.kind === "direct") throw directRoom();
    if (membership.value.role !== "admin") throw notAdmin();
    if (!isId(memberId)) throw noMember();
    const target = await s.kv.get<Membership>(keys.member(roomId, memberId));
    if (target.versionstamp === null) throw noMember();
    const memberCount = room.value.memberCount - 1;
    const version = nextVersion(room.value);
    const commit = s.kv.atomic()
      .check(room).check(membership).check(target)
      .set(room.key, { ...room.value, memberCount, version })
      .set(keys.removedFrom(memberId, roomId), Date.now())
      // They have it, and may have another account.
      .delete(keys.roomLink(roomId));
    dropMembership(commit, roomId, memberId);
    const about = { whom: memberId, roomId };
    noteEvent(commit, "member-removed", actor.id, about);
    noteMembers(commit, room.value, version, { [memberId]: null });
    const { ok } = await commit.commit();
    return ok || undefined;
  });
  await handOver(s, roomId);
  await dropInvitations(s, roomId, memberId);
  await announceName(s, roomId, memberId);
}

/**
 * Leaves a room. When nobody is left, it ends with its invitations and everything said in it. Then
 * call `finishErasuresSoon`.
 *
 * @param isDeleted the account is on its way out, which ends its part in direct rooms as well; the
 * last admin hands the room over to the longest-standing member.
 * @throws {AppError} `not-found` (404) to anyone who is not a member; `direct-room` (409);
 * `last-admin` (409) to the only admin of others.
 */
export async function leaveRoom(
  s: Pick<Services, "kv" | "realtime">,
  account: Account,
  roomId: string,
  isDeleted = false,
): Promise<void> {
  await untilCommitted(async () => {
    const { room, membership } = await readMembership(s, account.id, roomId);
    const { people } = room.value;
    if (people && !isDeleted) throw directRoom();
    const entries = await listAll<Membership>(s.kv, keys.members(roomId));
    const others = entries
      .map(({ key, value }) => ({ ...value, id: String(key.at(-1)) }))
      .filter(({ id }) => id !== account.id)
      .sort(byStanding);
    const commit = s.kv.atomic().check(room).check(membership);
    dropMembership(commit, roomId, account.id);
    const version = nextVersion(room.value);
    const isLast = others.length === 0;
    noteEvent(commit, isLast ? "room-ended" : "member-left", account.id, {
      roomId,
    });
    if (isLast) {
      commit.delete(room.key).delete(keys.roomLink(roomId));
      if (people) commit.delete(keys.direct(people));
      listOpen(commit, room.value, null);
      noteRoomErasure(commit, roomId);
      noteHandOver(commit, roomId, version);
    } else {
      const memberCount = others.length;
      const changed: MembersChange["changed"] = { [account.id]: null };
      commit.set(room.key, { ...room.value, memberCount, version });
      if (!people && !others.some(({ role }) => role === "admin")) {
        if (!isDeleted) throw lastAdmin();
        const { id, ...membership } = others[0];
        const handedOver: Membership = { ...membership, role: "admin" };
        putMembership(commit, roomId, id, handedOver);
        changed[id] = "admin";
      }
      noteMembers(commit, room.value, version, changed);
    }
    const { ok } = await commit.commit();
    return ok || undefined;
  });
  await handOver(s, roomId);
  await dropInvitations(s, roomId, account.id);
  await announceName(s, roomId, account.id);
}

/**
 * Ends a room for everyone in it, with its invitations and everything said in it. Then call
 * `finishErasuresSoon`.
 *
 * @throws {AppError} `not-found` (404), `not-admin` (403), `direct-room` (409).
 */
export async function endRoom(
  s: Pick<Services, "kv" | "realtime">,
  actor: Account,
  roomId: string,
): Promise<void> {
  await untilCommitted(async () => {
    const { room, membership } = await readMembership(s, actor.id, roomId);
    if (room.value.kind === "direct") throw directRoom();
    if (membership.value.role !== "admin") throw notAdmin();
    const commit = s.kv.atomic().check(room).check(membership)
      .delete(room.key)
      .delete(keys.roomLink(roomId));
    dropMembership(commit, roomId, actor.id);
    listOpen(commit, room.value, null);
    // The others' memberships may be too many for one commit: they go with what was said.
    noteRoomErasure(commit, roomId);
    noteEvent(commit, "room-ended", actor.id, { roomId });
    noteHandOver(commit, roomId, nextVersion(room.value));
    return (await commit.commit()).ok || undefined;
  });
  await handOver(s, roomId);
  await dropInvitations(s, roomId, actor.id);
}

/** Leaves every room for good: what deleting an account begins with. */
export async function leaveAllRooms(
  s: Pick<Services, "kv" | "realtime">,
  account: Account,
): Promise<void> {
  // Read now, not remembered: the mark below was deleted before when this is done once more.
  const mine = await listAll(s.kv, keys.accountRooms(account.id));
  for (const { key } of mine) {
    try {
      await leaveRoom(s, account, String(key.at(-1)), true);
    } catch (error) {
      // Removed by an admin since the list was read: what was wanted has happened.
      if (!(error instanceof AppError && error.code === "not-found")) {
        throw error;
      }
    }
  }
  await s.kv.delete(keys.membershipsMark(account.id));
}
