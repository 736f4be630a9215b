/** What admins change of a room. Each change is checked in its commit: roles may change meanwhile. */
import { limit, takeAttempt } from "../accounts/attempts.ts";
import { untilCommitted } from "../accounts/store.ts";
import type { Account } from "../accounts/types.ts";
import { noteEvent } from "../audit/events.ts";
import { AppError } from "../errors.ts";
import type { Services } from "../services.ts";
import { announceRoomName } from "./announce.ts";
import {
  handOver,
  nextVersion,
  noteHandOver,
  noteMembers,
} from "./hand-over.ts";
import { listOpen } from "./opening.ts";
import { readDescription, readMembership, readName } from "./rooms.ts";
import { putMembership } from "./memberships.ts";
import {
  directRoom,
  isId,
  keys,
  listAll,
  type Membership,
  noMember,
  notAdmin,
  roomArchived,
  type StoredRoom,
} from "./store.ts";
import { roomSeenBy } from "./titles.ts";
import type { Role, Room } from "./types.ts";

type SettingsServices = Pick<Services, "kv" | "realtime">;

/** The room and the membership of an admin of it. */
async function asAdmin(
  s: Pick<Services, "kv">,
  actor: Account,
  roomId: string,
) {
  const { room, membership } = await readMembership(s, actor.id, roomId);
  if (room.value.kind === "direct") throw directRoom();
  if (membership.value.role !== "admin") throw notAdmin();
  return { room, membership };
}

/** Changes the record of a room, and with `also` what belongs to it. */
function change(
  s: Pick<Services, "kv">,
  actor: Account,
  roomId: string,
  how: (room: StoredRoom) => StoredRoom,
  also: (
    commit: Deno.AtomicOperation,
    room: StoredRoom,
    before: StoredRoom,
  ) => void = () => {},
): Promise<Room> {
  return untilCommitted(async () => {
    const { room, membership } = await asAdmin(s, actor, roomId);
    const changed = how(room.value);
    const commit = s.kv.atomic().check(room).check(membership)
      .set(room.key, changed);
    listOpen(commit, room.value, changed);
    also(commit, changed, room.value);
    const { ok } = await commit.commit();
    return ok ? await roomSeenBy(s, actor.id, changed) : undefined;
  });
}

/** @throws {AppError} `room-archived` (409). */
function active(room: StoredRoom): StoredRoom {
  if (room.archivedAt !== undefined) throw roomArchived();
  return room;
}

/** What is to become of a room; what is not named stays. */
export interface RoomWish {
  name?: string;
  /** What it is for, on its members' page and where open rooms are listed; empty: no longer. */
  description?: string;
  /** It can be read, and nothing can be added, by anyone. */
  archived?: boolean;
}

const archivedOr = (room: StoredRoom, isArchived?: boolean): StoredRoom => {
  const isNow = room.archivedAt !== undefined;
  if (isArchived === undefined || isArchived === isNow) return room;
  const archivedAt = isArchived ? Date.now() : undefined;
  return { ...room, archivedAt, version: nextVersion(room) };
};

/**
 * Changes all that is named of a room, or nothing. A room is brought back before the rest is changed,
 * and archived after; once more changes nothing. It has taken effect in realtime, too, when this
 * resolves, unless that is away: then it does as soon as it can be reached, and web refuses what is
 * written meanwhile.
 *
 * @throws {AppError} `not-found` (404), `not-admin` (403), `direct-room` (409), `room-archived` (409)
 * for a name or a description of one that is, `invalid` (422) with `fields.name` or
 * `fields.description`, `too-many-attempts` (429) for the 31st new name one person gives in an hour.
 */
export async function changeRoom(
  s: SettingsServices,
  actor: Account,
  roomId: string,
  { name, description, archived }: RoomWish,
): Promise<Room> {
  if (name !== undefined) {
    await asAdmin(s, actor, roomId);
    readName(name);
    await takeAttempt(s, limit("rename-room", actor.id));
  }
  const isBack = archived === false;
  const room = await change(s, actor, roomId, (before) => {
    let room = isBack ? archivedOr(before, false) : before;
    if (name !== undefined) room = { ...active(room), name: readName(name) };
    if (description !== undefined) {
      room = { ...active(room), description: readDescription(description) };
    }
    return isBack ? room : archivedOr(room, archived);
  }, (commit, room, before) => {
    if (archived === undefined) return;
    noteHandOver(commit, roomId, room.version ?? 0);
    if (room.archivedAt === before.archivedAt) return;
    const kind = archived ? "room-archived" : "room-brought-back";
    noteEvent(commit, kind, actor.id, { roomId });
  });
  if (name !== undefined) await announceRoomName(s, room);
  if (archived !== undefined) await handOver(s, roomId);
  return room;
}

/** What would leave a room without an admin. */
export const lastAdmin = (): AppError =>
  new AppError({
    code: "last-admin",
    status: 409,
    message:
      "You are the only admin of this room. Make somebody else an admin first.",
  });

/** Whether anybody but this member is an admin of a room. */
export async function hasOtherAdmin(
  s: Pick<Services, "kv">,
  roomId: string,
  memberId: string,
): Promise<boolean> {
  const members = await listAll<Membership>(s.kv, keys.members(roomId));
  return members.some(({ key, value }) =>
    value.role === "admin" && key.at(-1) !== memberId
  );
}

/**
 * Makes a member an admin, or a plain member again; the same role again changes nothing. A room is
 * never left without an admin: all changes of its members happen one after another.
 *
 * @throws {AppError} `not-found` (404) also for somebody who is not in the room; `not-admin` (403);
 * `last-admin` and `direct-room` (409).
 */
export async function setRole(
  s: SettingsServices,
  actor: Account,
  roomId: string,
  memberId: string,
  role: Role,
): Promise<void> {
  await untilCommitted(async () => {
    const { room, membership } = await asAdmin(s, actor, roomId);
    if (!isId(memberId)) throw noMember();
    const target = await s.kv.get<Membership>(keys.member(roomId, memberId));
    if (target.versionstamp === null) throw noMember();
    if (target.value.role === role) return true;
    if (role === "member" && !await hasOtherAdmin(s, roomId, memberId)) {
      throw lastAdmin();
    }
    const version = nextVersion(room.value);
    const changed: Membership = { ...target.value, role };
    const commit = s.kv.atomic().check(room).check(membership).check(target)
      .set(room.key, { ...room.value, version });
    putMembership(commit, roomId, memberId, changed);
    const kind = role === "admin" ? "admin-made" : "admin-unmade";
    noteEvent(commit, kind, actor.id, { whom: memberId, roomId });
    noteMembers(commit, room.value, version, { [memberId]: role });
    const { ok } = await commit.commit();
    return ok || undefined;
  });
  await handOver(s, roomId);
}
