import { hueOf } from "../components/hue.ts";
import {
  keys as accountKeys,
  noAccount,
  untilCommitted,
} from "../accounts/store.ts";
import type { Account } from "../accounts/types.ts";
import { cleanName } from "../clean-name.ts";
import { AppError } from "../errors.ts";
import { LIMITS } from "../../realtime/protocol.ts";
import type { Services } from "../services.ts";
import { announceRoomName } from "./announce.ts";
import { handOver, nextVersion, noteHandOver } from "./hand-over.ts";
import {
  getAll,
  isId,
  keys,
  listAll,
  type Membership,
  notAdmin,
  notFound,
  randomId,
  type StoredRoom,
} from "./store.ts";
import type { MyRoom, Role, Room } from "./types.ts";

/** Characters of a room's name. */
export const NAME_LENGTH = 80;

/**
 * The name as it is kept, see {@link cleanName}.
 *
 * @throws {AppError} `invalid` (422) with `fields.name`.
 */
function readName(name: string): string {
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

const toRoom = (stored: StoredRoom): Room => {
  const { memberCount: _memberCount, version: _version, ...room } = stored;
  return room;
};

/**
 * Refuses one more room to a person who has too many.
 *
 * @throws {AppError} `too-many-rooms` (409).
 */
export async function checkRoomCount(
  s: Pick<Services, "kv">,
  accountId: string,
): Promise<void> {
  const rooms = await Array.fromAsync(
    s.kv.list({ prefix: keys.accountRooms(accountId) }, {
      limit: LIMITS.roomsEach,
      batchSize: 500,
    }),
  );
  if (rooms.length < LIMITS.roomsEach) return;
  throw new AppError({
    code: "too-many-rooms",
    status: 409,
    message: `You are in ${
      rooms.length.toLocaleString("en")
    } rooms, the most one person can be in. Leave one first.`,
  });
}

/** The room that the same form has made before, unless it was filled in anew. */
async function madeBefore(
  s: Pick<Services, "kv">,
  roomId: string | null,
  name: string,
): Promise<Room | null> {
  const stored = roomId ? await s.kv.get<StoredRoom>(keys.room(roomId)) : null;
  return stored?.value?.name === name ? toRoom(stored.value) : null;
}

/**
 * Makes a room whose only member, and admin, is `account`.
 *
 * @param once what {@link roomFormId} put into the form: sent twice, it makes one room.
 * @throws {AppError} `invalid` (422) with `fields.name`; `too-many-rooms` (409).
 */
export async function createRoom(
  s: Pick<Services, "kv" | "realtime">,
  account: Account,
  name: string,
  once?: string,
): Promise<Room> {
  const kept = readName(name);
  const form = once && isId(once) ? keys.roomForm(account.id, once) : null;
  const room = await untilCommitted(async () => {
    const before = form && await s.kv.get<string>(form);
    const made = before && await madeBefore(s, before.value, kept);
    if (made) return made;
    // Checked in the commit: an account on its way out must not leave a room that nobody is in.
    const person = await s.kv.get(accountKeys.account(account.id));
    if (person.versionstamp === null) throw noAccount();
    await checkRoomCount(s, account.id);
    const createdAt = Date.now();
    const room: Room = {
      id: randomId(),
      name: kept,
      createdAt,
      createdBy: account.id,
    };
    const version = nextVersion({});
    const stored: StoredRoom = { ...room, memberCount: 1, version };
    const membership: Membership = {
      role: "admin",
      joinedAt: createdAt,
      hue: hueOf(account.id),
    };
    const commit = s.kv.atomic().check(person)
      .set(keys.room(room.id), stored)
      .set(keys.member(room.id, account.id), membership)
      .set(keys.accountRoom(account.id, room.id), membership);
    if (before) {
      commit.check(before).set(before.key, room.id, { expireIn: ROOM_FORM_MS });
    }
    noteHandOver(commit, room.id, version);
    const { ok } = await commit.commit();
    return ok ? room : undefined;
  });
  await handOver(s, room.id);
  return room;
}

/** The rooms a person is a member of, by name. */
export async function listRooms(
  s: Pick<Services, "kv">,
  accountId: string,
): Promise<MyRoom[]> {
  const mine = await listAll<Membership>(s.kv, keys.accountRooms(accountId));
  const records = await getAll<StoredRoom>(
    s.kv,
    mine.map(({ key }) => keys.room(String(key.at(-1)))),
  );
  const rooms = mine.map(({ value }, i) => {
    const stored = records[i];
    // Null when the room ended between the two reads.
    if (!stored) return null;
    const { memberCount } = stored;
    return { ...toRoom(stored), memberCount, role: value.role };
  });
  return rooms.filter((room) => room !== null)
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
  const mine = await listAll<Membership>(s.kv, keys.accountRooms(accountId));
  return Object.fromEntries(
    mine.map(({ key, value }) => [String(key.at(-1)), value.role]),
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
  return { room: toRoom(room.value), role: membership.value.role };
}

/**
 * Gives a room another name.
 *
 * @throws {AppError} `not-found` (404), `not-admin` (403), `invalid` (422) with `fields.name`.
 */
export async function renameRoom(
  s: Pick<Services, "kv" | "realtime">,
  actor: Account,
  roomId: string,
  name: string,
): Promise<Room> {
  const renamed = await untilCommitted(async () => {
    const { room, membership } = await readMembership(s, actor.id, roomId);
    if (membership.value.role !== "admin") throw notAdmin();
    const renamed: StoredRoom = { ...room.value, name: readName(name) };
    const { ok } = await s.kv.atomic().check(room).check(membership)
      .set(room.key, renamed).commit();
    return ok ? toRoom(renamed) : undefined;
  });
  await announceRoomName(s, renamed);
  return renamed;
}
