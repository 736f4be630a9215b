import { hueOf } from "../components/hue.ts";
import {
  keys as accountKeys,
  noAccount,
  untilCommitted,
} from "../accounts/store.ts";
import type { Account } from "../accounts/types.ts";
import { cleanName } from "../clean-name.ts";
import { noteEvent } from "../audit/events.ts";
import { AppError } from "../errors.ts";
import { LIMITS } from "../../realtime/protocol.ts";
import type { Services } from "../services.ts";
import { handOver, nextVersion, noteHandOver } from "./hand-over.ts";
import { membershipsOf, putMembership } from "./memberships.ts";
import { checkMayMakeOpen, listOpen } from "./opening.ts";
import {
  getAll,
  isId,
  keys,
  type Membership,
  notFound,
  randomId,
  type StoredRoom,
} from "./store.ts";
import { readRoom, roomSeenBy, seenBy } from "./titles.ts";
import type { MyRoom, Role, Room, RoomKind } from "./types.ts";

/** Characters of a room's name. */
export const NAME_LENGTH = 80;

/**
 * The name as it is kept, see {@link cleanName}.
 *
 * @throws {AppError} `invalid` (422) with `fields.name`.
 */
export function readName(name: string): string {
  const kept = cleanName(name);
  const isEmpty = kept === "";
  if (!isEmpty && kept.length <= NAME_LENGTH) return kept;
  const message = isEmpty
    ? "Give the room a name."
    : `A room name can have at most ${NAME_LENGTH} characters.`;
  throw new AppError({
    code: "invalid",
    status: 422,
    message,
    fields: { name: message },
  });
}

/** How long a form that made a room is remembered. */
const ROOM_FORM_MS = 60 * 60 * 1000;
/** What a form that makes a room carries, see {@link createRoom}. */
export const roomFormId = randomId;

/** What a room is to be. */
export interface RoomPlan {
  name: string;
  kind?: Exclude<RoomKind, "direct">;
  /** See {@link changeRoom}. */
  description?: string;
}

/** Characters of what a room says it is for. */
export const DESCRIPTION_LENGTH = 200;

/** @throws {AppError} `invalid` (422) with `fields.description`. */
export function readDescription(text: string): string | undefined {
  // Longer texts are not looked at: no form of ours sends one.
  const kept = cleanName(text.slice(0, 8 * DESCRIPTION_LENGTH));
  if ([...kept].length <= DESCRIPTION_LENGTH) return kept || undefined;
  const message = `Use at most ${DESCRIPTION_LENGTH} characters.`;
  throw new AppError({
    code: "invalid",
    status: 422,
    message,
    fields: { description: message },
  });
}

/**
 * Refuses one more room to a person who has too many.
 *
 * @throws {AppError} `too-many-rooms` (409).
 */
export async function checkRoomCount(
  s: Pick<Services, "kv">,
  accountId: string,
): Promise<void> {
  const { size } = await membershipsOf(s, accountId);
  if (size < LIMITS.roomsEach) return;
  throw new AppError({
    code: "too-many-rooms",
    status: 409,
    message: `You are in ${
      size.toLocaleString("en")
    } rooms, the most one person can be in. Leave one first.`,
  });
}

/** The room that the same form has made before, unless it was filled in anew. */
async function madeBefore(
  s: Pick<Services, "kv">,
  accountId: string,
  roomId: string | null,
  name: string,
): Promise<Room | null> {
  const room = roomId && await readRoom(s, accountId, roomId);
  return room && room.name === name ? room : null;
}

/**
 * Makes a room whose only member, and admin, is `account`.
 *
 * @param plan its name, or more of it.
 * @param once what {@link roomFormId} put into the form: sent twice, it makes one room.
 * @throws {AppError} `invalid` (422) with `fields.name` or `fields.description`; `too-many-rooms`
 * (409); `no-open-rooms` and `address-unconfirmed` (403).
 */
export async function createRoom(
  s: Pick<Services, "config" | "kv" | "realtime">,
  account: Account,
  plan: string | RoomPlan,
  once?: string,
): Promise<Room> {
  const { name, kind = "closed", description = "" } = typeof plan === "string"
    ? { name: plan }
    : plan;
  const kept = readName(name);
  const about = readDescription(description);
  if (kind === "open") await checkMayMakeOpen(s, account);
  const form = once && isId(once) ? keys.roomForm(account.id, once) : null;
  const room = await untilCommitted(async () => {
    const before = form && await s.kv.get<string>(form);
    const made = before &&
      await madeBefore(s, account.id, before.value, kept);
    if (made) return made;
    // Checked in the commit: an account on its way out must not leave a room that nobody is in.
    const person = await s.kv.get(accountKeys.account(account.id));
    if (person.versionstamp === null) throw noAccount();
    await checkRoomCount(s, account.id);
    const createdAt = Date.now();
    const version = nextVersion({});
    const room: StoredRoom = {
      id: randomId(),
      name: kept,
      createdAt,
      createdBy: account.id,
      memberCount: 1,
      version,
      ...(kind === "open" ? { kind } : {}),
      ...(about ? { description: about } : {}),
    };
    const membership: Membership = {
      role: "admin",
      joinedAt: createdAt,
      hue: hueOf(account.id),
    };
    const commit = s.kv.atomic().check(person)
      .set(keys.room(room.id), room);
    putMembership(commit, room.id, account.id, membership);
    if (before) {
      commit.check(before).set(before.key, room.id, { expireIn: ROOM_FORM_MS });
    }
    listOpen(commit, null, room);
    noteHandOver(commit, room.id, version);
    noteEvent(commit, "room-made", account.id, { roomId: room.id });
    const { ok } = await commit.commit();
    return ok ? await roomSeenBy(s, account.id, room) : undefined;
  });
  await handOver(s, room.id);
  return room;
}

/** These of a person's rooms, or all of them, by name. */
export async function listRooms(
  s: Pick<Services, "kv">,
  accountId: string,
  ids?: string[],
): Promise<MyRoom[]> {
  const mine = await membershipsOf(s, accountId);
  const wanted = ids?.filter((id) => mine.has(id)) ?? [...mine.keys()];
  const records = await getAll<StoredRoom>(s.kv, wanted.map(keys.room));
  // Null when the room ended meanwhile.
  const there = records.filter((stored) => stored !== null);
  const rooms = await seenBy(s, accountId, there);
  return rooms
    .map((room, i): MyRoom => {
      const { memberCount } = there[i];
      return { ...room, memberCount, role: mine.get(room.id)!.role };
    })
    .sort((a, b) => a.name.localeCompare(b.name) || a.createdAt - b.createdAt);
}

/** Whether a person is in a room. */
export async function isMember(
  s: Pick<Services, "kv">,
  accountId: string,
  roomId: string,
): Promise<boolean> {
  if (!isId(roomId)) return false;
  const member = await s.kv.get(keys.member(roomId, accountId));
  return member.versionstamp !== null;
}

/** The person's role in each of their rooms, by room id. */
export async function rolesOf(
  s: Pick<Services, "kv">,
  accountId: string,
): Promise<Record<string, Role>> {
  const mine = await membershipsOf(s, accountId);
  return Object.fromEntries(
    [...mine].map(([roomId, { role }]) => [roomId, role]),
  );
}

/** The room's record and a person's membership, with the versions to check in a commit. */
export async function readMembership(
  s: Pick<Services, "kv">,
  accountId: string,
  roomId: string,
): Promise<
  { room: Deno.KvEntry<StoredRoom>; membership: Deno.KvEntry<Membership> }
> {
  if (!isId(roomId)) throw notFound();
  const [room, membership] = await s.kv.getMany<[StoredRoom, Membership]>([
    keys.room(roomId),
    keys.member(roomId, accountId),
  ]);
  if (room.versionstamp === null || membership.versionstamp === null) {
    throw notFound();
  }
  return { room, membership };
}

/**
 * A room, for a member of it.
 *
 * @throws {AppError} `not-found` (404) when there is no such room or the person is no member.
 */
export async function findRoom(
  s: Pick<Services, "kv">,
  accountId: string,
  roomId: string,
): Promise<{ room: Room; role: Role }> {
  const { room, membership } = await readMembership(s, accountId, roomId);
  const { role } = membership.value;
  return { room: await roomSeenBy(s, accountId, room.value), role };
}
