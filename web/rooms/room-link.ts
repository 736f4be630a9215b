/** The invitation link of a room: whoever has it can join, until it expires or is used up. */
import { requireConfirmed } from "../accounts/confirm-address.ts";
import { isToken, randomToken, sha256 } from "../accounts/secrets.ts";
import { untilCommitted } from "../accounts/store.ts";
import type { Account } from "../accounts/types.ts";
import { noteEvent } from "../audit/events.ts";
import { AppError } from "../errors.ts";
import type { Services } from "../services.ts";
import { entered, entering, refuseRemoved } from "./entering.ts";
import { findRoom, readMembership } from "./rooms.ts";
import {
  directRoom,
  keys,
  notAdmin,
  roomArchived,
  type StoredLink,
  type StoredRoom,
} from "./store.ts";
import type { Room } from "./types.ts";

const DAY_MS = 86_400_000;

/** For how many days a link can work, and how many people it can let in. */
export const LINK_DAYS = [1, 7, 30];
export const LINK_PEOPLE = [1, 10, 100, 1_000];

export interface LinkPlan {
  /** One of {@link LINK_DAYS}. */
  days: number;
  /** One of {@link LINK_PEOPLE}. */
  people: number;
}

/** A link that works now, as members see it. */
export interface RoomLink {
  code: string;
  /** Milliseconds since the Unix epoch. */
  expiresAt: number;
  /** How many more people it lets in. */
  left: number;
}

/** What whoever has a link may see of its room. */
export interface LinkedRoom extends Pick<Room, "id" | "name" | "description"> {
  memberCount: number;
}

const linkGone = (): AppError =>
  new AppError({
    code: "link-over",
    status: 410,
    message:
      "This link no longer works: it has expired, was used up, or was taken back. Ask for a new one.",
  });

const works = (link: StoredLink): boolean =>
  Date.now() < link.expiresAt && link.used < link.people;

const linkThere = (): AppError =>
  new AppError({
    code: "link-there",
    status: 409,
    message:
      "After you opened this page, somebody made a link for this room. It is shown below.",
  });

/** The room and the membership of somebody who may make and take back its link. */
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

/**
 * Makes the link of a room; the one before stops working.
 *
 * @param onlyFirst the one who asks knows of no link that works, and would end none.
 * @throws {AppError} `not-found` (404); `not-admin` and `address-unconfirmed` (403); `direct-room`,
 * `room-archived` and, where it should be the first and is not, `link-there` (409); `invalid` (422) for another plan than one of those offered.
 */
export async function makeLink(
  s: Pick<Services, "kv">,
  actor: Account,
  roomId: string,
  { days, people }: LinkPlan,
  { onlyFirst = false } = {},
): Promise<RoomLink> {
  if (!LINK_DAYS.includes(days) || !LINK_PEOPLE.includes(people)) {
    throw new AppError({
      code: "invalid",
      status: 422,
      message: "Choose how long the link works, and for how many people.",
    });
  }
  await requireConfirmed(s, actor.id);
  const code = randomToken();
  const createdAt = Date.now();
  const expireIn = days * DAY_MS;
  const expiresAt = createdAt + expireIn;
  const link: StoredLink = { code, createdAt, expiresAt, people, used: 0 };
  const byCode = keys.linkCode(await sha256(code));
  await untilCommitted(async () => {
    const { room, membership } = await asAdmin(s, actor, roomId);
    if (room.value.archivedAt !== undefined) throw roomArchived();
    const before = await s.kv.get<StoredLink>(keys.roomLink(roomId));
    if (onlyFirst && before.value && works(before.value)) throw linkThere();
    const commit = s.kv.atomic().check(room).check(membership).check(before)
      .set(before.key, link, { expireIn })
      .set(byCode, roomId, { expireIn });
    noteEvent(commit, "link-made", actor.id, { roomId });
    return (await commit.commit()).ok || undefined;
  });
  return { code, expiresAt, left: people };
}

/**
 * Takes the link of a room back; without one nothing happens.
 *
 * @throws {AppError} `not-found` (404); `not-admin` (403); `direct-room` (409).
 */
export async function revokeLink(
  s: Pick<Services, "kv">,
  actor: Account,
  roomId: string,
): Promise<void> {
  await untilCommitted(async () => {
    const { room, membership } = await asAdmin(s, actor, roomId);
    const { ok } = await s.kv.atomic().check(room).check(membership)
      .delete(keys.roomLink(roomId)).commit();
    return ok || undefined;
  });
}

/**
 * The link of a room that works now, for its members.
 *
 * @throws {AppError} `not-found` (404).
 */
export async function linkOf(
  s: Pick<Services, "kv">,
  accountId: string,
  roomId: string,
): Promise<RoomLink | null> {
  const { room } = await findRoom(s, accountId, roomId);
  const { value } = await s.kv.get<StoredLink>(keys.roomLink(roomId));
  if (!value || !works(value) || room.archivedAt !== undefined) return null;
  const { code, expiresAt, people, used } = value;
  return { code, expiresAt, left: people - used };
}

/**
 * The room a code leads to and its link, whether or not that still {@link works}. By its hash, the
 * code is not compared letter by letter.
 */
async function readLink(s: Pick<Services, "kv">, code: string) {
  const { value: roomId } = isToken(code)
    ? await s.kv.get<string>(keys.linkCode(await sha256(code)))
    : { value: null };
  if (roomId === null) throw linkGone();
  const entry = await s.kv.get<StoredLink>(keys.roomLink(roomId));
  const link = entry.value;
  if (link?.code !== code) throw linkGone();
  return { roomId, entry, link };
}

/**
 * What a link leads to, for whoever has it, signed in or not.
 *
 * @throws {AppError} `link-over` (410).
 */
export async function findLinked(
  s: Pick<Services, "kv">,
  code: string,
): Promise<LinkedRoom> {
  const { roomId, link } = await readLink(s, code);
  if (!works(link)) throw linkGone();
  const { value } = await s.kv.get<StoredRoom>(keys.room(roomId));
  if (value === null || value.archivedAt !== undefined) throw linkGone();
  const { id, name, description, memberCount } = value;
  return { id, name, description, memberCount };
}

/**
 * Takes somebody into a room by its link; whoever is in it already gets the room, and uses nothing
 * of the link up, also when they were the last it let in.
 *
 * @throws {AppError} `link-over` (410); `address-unconfirmed` and `removed-from-room` (403);
 * `room-archived`, `room-full` and `too-many-rooms` (409).
 */
export async function joinByLink(
  s: Pick<Services, "kv" | "realtime">,
  account: Account,
  code: string,
): Promise<Room> {
  await requireConfirmed(s, account.id);
  const { roomId, isNew } = await untilCommitted(async () => {
    const { roomId, entry, link } = await readLink(s, code);
    try {
      const { commit } = await entering(s, account, roomId);
      if (!works(link)) throw linkGone();
      await refuseRemoved(s, account.id, roomId);
      const used: StoredLink = { ...link, used: link.used + 1 };
      const expireIn = Math.max(1, link.expiresAt - Date.now());
      commit.check(entry).set(entry.key, used, { expireIn });
      const { ok } = await commit.commit();
      return ok ? { roomId, isNew: true } : undefined;
    } catch (error) {
      const isIn = error instanceof AppError && error.code === "already-member";
      if (isIn) return { roomId, isNew: false };
      throw error;
    }
  });
  if (isNew) await entered(s, account, roomId);
  return (await findRoom(s, account.id, roomId)).room;
}
