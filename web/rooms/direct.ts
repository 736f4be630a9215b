import { limit, takeAttempt } from "../accounts/attempts.ts";
import { requireConfirmed } from "../accounts/confirm-address.ts";
import { keys as accountKeys, untilCommitted } from "../accounts/store.ts";
import type { Account } from "../accounts/types.ts";
import { AppError } from "../errors.ts";
import { findPerson, noPerson } from "../people/visible.ts";
import type { Services } from "../services.ts";
import { handOver, nextVersion, noteHandOver } from "./hand-over.ts";
import { huesFor } from "./hues.ts";
import { checkRoomCount } from "./rooms.ts";
import { putMembership } from "./memberships.ts";
import {
  isId,
  keys,
  type Membership,
  randomId,
  type StoredRoom,
} from "./store.ts";
import { readRoom } from "./titles.ts";
import type { Room } from "./types.ts";

/** People in a direct room, at most: whoever writes, and seven others. */
export const DIRECT_MOST = 8;

/** New conversations: whoever writes to many strangers advertises. */
const begun = (accountId: string) => limit("direct", accountId);

const badNumber = (message: string): AppError =>
  new AppError({ code: "bad-people", status: 422, message });

const crowded = (): AppError =>
  new AppError({
    code: "too-many-rooms",
    status: 409,
    message: "Somebody you chose is in too many rooms for one more.",
  });

/** The ids of all in the conversation, in order. */
function everyone(me: Account, others: string[]): string[] {
  const people = new Set([me.id, ...others]);
  if (people.size < 2) throw badNumber("Choose somebody else to write to.");
  if (people.size > DIRECT_MOST) {
    throw badNumber(
      `A direct conversation has at most ${DIRECT_MOST} people. Make a room for more.`,
    );
  }
  return [...people].sort();
}

/** The room of just these people, where there is one. */
async function existing(
  s: Pick<Services, "kv">,
  me: Account,
  people: string[],
): Promise<Room | null> {
  const { value: id } = await s.kv.get<string>(keys.direct(people));
  return id === null ? null : await readRoom(s, me.id, id);
}

/**
 * The direct room of somebody and these others: the one there is, or a new one. However many ask
 * for it at a time, there is one for each set of people.
 *
 * @throws {AppError} `bad-people` (422) for none or more than seven others; `no-such-person` (404)
 * for anybody whom {@link findPerson} does not give; `address-unconfirmed` (403);
 * `too-many-attempts` (429); `too-many-rooms` (409) when somebody is in too many rooms.
 */
export async function writeTo(
  s: Pick<Services, "kv" | "config" | "realtime">,
  me: Account,
  others: string[],
): Promise<Room> {
  if (!others.every(isId)) throw noPerson();
  const people = everyone(me, others);
  const before = await existing(s, me, people);
  if (before) return before;
  await requireConfirmed(s, me.id);
  for (const id of people) await findPerson(s, me, id);
  await takeAttempt(s, begun(me.id));
  const { room, isNew } = await untilCommitted(() => make(s, me, people));
  if (isNew) await handOver(s, room.id);
  return room;
}

async function make(
  s: Pick<Services, "kv">,
  me: Account,
  people: string[],
): Promise<{ room: Room; isNew: boolean } | undefined> {
  const place = await s.kv.get<string>(keys.direct(people));
  const made = place.value && await readRoom(s, me.id, place.value);
  if (made) return { room: made, isNew: false };
  const createdAt = Date.now();
  const version = nextVersion({});
  const room: StoredRoom = {
    id: randomId(),
    name: "",
    kind: "direct",
    people,
    createdAt,
    createdBy: me.id,
    memberCount: people.length,
    version,
  };
  const commit = s.kv.atomic().check(place).set(place.key, room.id)
    .set(keys.room(room.id), room);
  const hues = huesFor(people.map((id) => ({ id })));
  for (const id of people) {
    const person = await s.kv.get(accountKeys.account(id));
    // An account on its way out must not be left in a room.
    if (person.versionstamp === null) throw noPerson();
    await checkRoomCount(s, id).catch((error) => {
      throw id === me.id ? error : crowded();
    });
    const membership: Membership = {
      role: "member",
      joinedAt: createdAt,
      hue: hues[id],
    };
    putMembership(commit.check(person), room.id, id, membership);
  }
  noteHandOver(commit, room.id, version);
  if (!(await commit.commit()).ok) return undefined;
  return { room: (await readRoom(s, me.id, room.id))!, isNew: true };
}
