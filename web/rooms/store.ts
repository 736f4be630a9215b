import { madeFrom, unnoted } from "../made-from.ts";
import { AppError } from "../errors.ts";
import type { InvitationStatus, Role, Room, RoomKind } from "./types.ts";

/**
 * The rooms' part of KV. All of it, in one place:
 *
 * | key | value | expires |
 * |---|---|---|
 * | `["rooms", room id]` | {@link StoredRoom} | – |
 * | `["room_members", room id, account id]` | {@link Membership} | – |
 * | `["rooms_by_account", account id, room id]` | the same {@link Membership} | – |
 * | `["memberships_mark", account id]` | true: written with each of those, so that its version changes | – |
 * | `["room_erasures", room id]` | of a room that ended: a note, see room-erasures.ts | – |
 * | `["hand_overs", room id]` | {@link HandOver}: realtime is to learn the members | – |
 * | `["hand_overs", room id, version]` | {@link MembersChange}: or just what changed by then | – |
 * | `["room_forms", account id, form id]` | id of the room the form made | 1 hour |
 * | `["direct_rooms", ids of people in order]` | id of the one direct room of just these people | – |
 * | `["open_rooms", folded name, room id]` | true: anyone finds it | – |
 * | `["removed_from", account id, room id]` | when an admin removed them, ms: only an invitation brings them back | – |
 * | `["room_links", room id]` | {@link StoredLink}, see room-link.ts | with it |
 * | `["room_link_codes", SHA-256 of the code]` | the room's id | with it |
 * | `["invitations", SHA-256 of the code]` | {@link StoredInvitation} | 7 days after its end |
 * | `["invitations_by_room", room id, e-mail]` | id of the open invitation | 7 days |
 * | `["invitations_by_address", e-mail, id]` | the invitation's id, open or not | 7 days |
 *
 * Every change of a room's members rewrites the room's record too, and checks its version first:
 * so all such changes of one room happen one after another.
 */
export interface StoredRoom extends Omit<Room, "kind"> {
  /** None in closed rooms, as in all of earlier versions. */
  kind?: Exclude<RoomKind, "closed">;
  /** Of a direct room: the ids of all it was made for, in order. */
  people?: string[];
  memberCount: number;
  /** Raised by each change of its members; none in rooms of before there were versions. */
  version?: number;
}

/** The note that realtime is to learn who is in a room; that of earlier versions for each change. */
export interface HandOver {
  /** The version of the change. */
  version: number;
}

/** The note that realtime is to learn of one change of a room's members. */
export interface MembersChange {
  /** The version before. */
  before: number;
  /** By people's ids; null: not a member any more. */
  changed: Record<string, Role | null>;
}

/** The invitation link of a room. */
export interface StoredLink {
  /** As members pass it on: it has to be shown for as long as it works. */
  code: string;
  createdAt: number;
  expiresAt: number;
  /** How many people it lets in, and how many it has. */
  people: number;
  used: number;
}

export interface Membership {
  role: Role;
  joinedAt: number;
  /** The member's colour in the room: see hues.ts. */
  hue?: number;
}

export interface StoredInvitation {
  id: string;
  roomId: string;
  email: string;
  /** The id of the account that invites. */
  inviterId: string;
  createdAt: number;
  expiresAt: number;
  status: Exclude<InvitationStatus, "expired">;
  /** The id of the account that accepted. */
  acceptedBy?: string;
}

export const keys = {
  rooms: () => ["rooms"],
  room: (roomId: string) => ["rooms", roomId],
  member: (roomId: string, accountId: string) => [
    "room_members",
    roomId,
    accountId,
  ],
  members: (roomId: string) => ["room_members", roomId],
  accountRoom: (accountId: string, roomId: string) => [
    "rooms_by_account",
    accountId,
    roomId,
  ],
  roomErasure: (roomId: string) => ["room_erasures", roomId],
  roomErasures: () => ["room_erasures"],
  accountRooms: (accountId: string) => ["rooms_by_account", accountId],
  membershipsMark: (accountId: string) => ["memberships_mark", accountId],
  handOver: (roomId: string) => ["hand_overs", roomId],
  handOvers: () => ["hand_overs"],
  membersChange: (roomId: string, version: number) => [
    "hand_overs",
    roomId,
    version,
  ],
  /** The direct room of just these people, whose ids are in order: its id. */
  direct: (people: string[]) => ["direct_rooms", people.join(" ")],
  openRooms: () => ["open_rooms"],
  openRoom: (name: string, roomId: string) => ["open_rooms", name, roomId],
  removedFrom: (accountId: string, roomId: string) => [
    "removed_from",
    accountId,
    roomId,
  ],
  removals: (accountId: string) => ["removed_from", accountId],
  roomLink: (roomId: string) => ["room_links", roomId],
  linkCode: (hash: string) => ["room_link_codes", hash],
  /** The room a form has made: its id. */
  roomForm: (accountId: string, form: string) => [
    "room_forms",
    accountId,
    form,
  ],
  invitations: () => ["invitations"],
  invitation: (id: string) => ["invitations", id],
  /** The pending invitation of an address to a room: its id. */
  roomInvitation: (roomId: string, email: string) => [
    "invitations_by_room",
    roomId,
    email,
  ],
  addressInvitation: (email: string, id: string) => [
    "invitations_by_address",
    email,
    id,
  ],
  addressInvitations: (email: string) => ["invitations_by_address", email],
  roomInvitations: (roomId: string) => ["invitations_by_room", roomId],
};

/** Whether text from outside can be an id at all; longer than this, KV refuses it as a key. */
export const isId = (text: string): boolean => /^[\w-]{1,64}$/.test(text);

/** What everyone gets who may not know whether the room exists. */
export const notFound = (): AppError =>
  new AppError({
    code: "not-found",
    status: 404,
    message: "There is no such room, or you are not a member of it.",
  });

/** What an admin is told of somebody who is not in their room. */
export const noMember = (): AppError =>
  new AppError({
    code: "not-found",
    status: 404,
    message: "This person is not in the room. They may have left it.",
  });

export const notAdmin = (): AppError =>
  new AppError({
    code: "not-admin",
    status: 403,
    message: "Only an admin of this room can do that.",
  });

/** What is refused of a room that is archived. */
export const roomArchived = (): AppError =>
  new AppError({
    code: "room-archived",
    status: 409,
    message:
      "This room is archived: it can be read, and nothing can be added. An admin can bring it back.",
  });

/** What is refused of a room of fixed people. */
export const directRoom = (): AppError =>
  new AppError({
    code: "direct-room",
    status: 409,
    message:
      "A direct conversation has no admins, no settings and no link, and who is in it stays as it is. To talk with others, write to them.",
  });

/** A random id without meaning: 128 bits in base64url. */
export const randomId = (): string =>
  crypto.getRandomValues(new Uint8Array(16))
    .toBase64({ alphabet: "base64url", omitPadding: true });

/** Forgets which rooms an account was removed from. */
export async function forgetRemovals(
  { kv }: { kv: Deno.Kv },
  accountId: string,
): Promise<void> {
  const removals = kv.list({ prefix: keys.removals(accountId) });
  for await (const { key } of removals) await kv.delete(key);
}

/** Keys that KV reads at once. */
const AT_ONCE = 10;

/** The values of these keys, in their order; null where there is none. */
export async function getAll<T>(
  kv: Deno.Kv,
  wanted: Deno.KvKey[],
): Promise<(T | null)[]> {
  const batches = Array.from(
    { length: Math.ceil(wanted.length / AT_ONCE) },
    (_, i) => wanted.slice(i * AT_ONCE, (i + 1) * AT_ONCE),
  );
  const read = await Promise.all(
    batches.map((batch) => kv.getMany<T[]>(batch)),
  );
  return read.flat().map(({ value }) => value);
}

/** All entries under a prefix. */
export async function listAll<T>(
  kv: Deno.Kv,
  prefix: Deno.KvKey,
): Promise<Deno.KvEntry<T>[]> {
  const list = () => kv.list<T>({ prefix }, { batchSize: 500 });
  const entries = await Array.fromAsync(unnoted(list));
  madeFrom()?.listed(prefix, entries);
  return entries;
}
