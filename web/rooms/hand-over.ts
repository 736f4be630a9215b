/**
 * Web owns who is in a room, and hands it to realtime. Each change of a room's members raises the
 * version of the room and leaves a note in KV, in the same commit. Whoever made the change hands
 * it over before they answer; where that fails, or the process ends, a round does it.
 *
 * A note says who is different since which version, or that realtime is to have the whole list. All
 * notes of a room are handed over as one, so that its changes are in order, however many processes
 * hand over; where what realtime has is no version they follow on from, it gets the list as it is by
 * then. They stay until realtime has taken them, and realtime lets no older version overwrite a newer
 * one: each change gets there at least once.
 */
import type { Role } from "../../realtime/protocol.ts";
import type {
  MemberList,
  MembersUpdate,
} from "../../realtime/protocol-http.ts";
import { AppError } from "../errors.ts";
import { log } from "../log.ts";
import { settle } from "../notes.ts";
import type { Services } from "../services.ts";
import { finishFirst, shuttingDown } from "../shutdown.ts";
import { keys as noticeKeys } from "../notifications/store.ts";
import {
  type HandOver,
  keys,
  listAll,
  type MembersChange,
  type Membership,
  type StoredRoom,
} from "./store.ts";

/** Entries of KV that are read or deleted at once, and changes that are told of one by one. */
const AT_ONCE = 500;

/**
 * The version a change gives a room whose members have one, or have none as rooms of before. It
 * is a time as well: after KV was put back from a backup, the next change is still the newest.
 */
export const nextVersion = ({ version = 0 }: { version?: number }): number =>
  Math.max(version + 1, Date.now());

/** Adds to `commit` that realtime is to have the list of a room's members. Then call {@link handOver}. */
export function noteHandOver(
  commit: Deno.AtomicOperation,
  roomId: string,
  version: number,
): Deno.AtomicOperation {
  return commit.set(keys.handOver(roomId), { version } satisfies HandOver);
}

/** Adds to `commit` who is different in a room. Then call {@link handOver}. */
export function noteMembers(
  commit: Deno.AtomicOperation,
  { id, version: before = 0 }: StoredRoom,
  version: number,
  changed: MembersChange["changed"],
): Deno.AtomicOperation {
  const note: MembersChange = { before, changed };
  return commit.set(keys.membersChange(id, version), note);
}

/** Whether somebody wants to be told of every message of a room. */
async function isAllWanted(kv: Deno.Kv, roomId: string): Promise<boolean> {
  const found = kv.list({ prefix: noticeKeys.wantAll(roomId) }, { limit: 1 });
  for await (const _ of found) return true;
  return false;
}

const isLoud = async (kv: Deno.Kv, { id, kind }: StoredRoom) =>
  kind === "direct" || await isAllWanted(kv, id);

const roleIn = ({ archivedAt }: StoredRoom, role: Role): Role =>
  archivedAt === undefined ? role : "reader";

/**
 * The members of a room at one moment; null when there is no such room.
 *
 * All changes of them rewrite the record of the room: what is read between two equal records
 * belongs together.
 */
export async function readMembers(
  kv: Deno.Kv,
  roomId: string,
): Promise<MemberList | null> {
  for (;;) {
    const room = await kv.get<StoredRoom>(keys.room(roomId));
    if (room.value === null) return null;
    const members: Record<string, Role> = {};
    const entries = kv.list<Membership>(
      { prefix: keys.members(roomId) },
      { batchSize: AT_ONCE },
    );
    for await (const { key, value: { role } } of entries) {
      members[String(key.at(-1))] = roleIn(room.value, role);
    }
    const loud = await isLoud(kv, room.value);
    const again = await kv.get(keys.room(roomId));
    if (again.versionstamp !== room.versionstamp) continue;
    const { version = 0 } = room.value;
    return { version, members, ...(loud ? { loud } : {}) };
  }
}

type Change = Deno.KvEntry<MembersChange>;

const versionOf = ({ key }: Change): number => Number(key.at(-1));

/** What changes come to, oldest first; null where they do not follow on from each other. */
async function updateOf(
  kv: Deno.Kv,
  roomId: string,
  changes: Change[],
): Promise<MembersUpdate | null> {
  const { value: room } = await kv.get<StoredRoom>(keys.room(roomId));
  if (room === null || changes.length > AT_ONCE) return null;
  const isInOrder = changes.every(({ value: { before } }, i) =>
    i === 0 || before === versionOf(changes[i - 1])
  );
  if (!isInOrder) return null;
  const changed: MembersUpdate["changed"] = {};
  for (const { value } of changes) {
    for (const [id, role] of Object.entries(value.changed)) {
      changed[id] = role && roleIn(room, role);
    }
  }
  const loud = await isLoud(kv, room);
  return {
    version: versionOf(changes.at(-1)!),
    after: changes.map(({ value }) => value.before),
    changed,
    ...(loud ? { loud } : {}),
  };
}

/** Takes notes away, oldest first: those that are left follow on from each other. */
async function forget(kv: Deno.Kv, changes: Change[]): Promise<void> {
  for (let from = 0; from < changes.length; from += AT_ONCE) {
    const commit = kv.atomic();
    for (const { key } of changes.slice(from, from + AT_ONCE)) {
      commit.delete(key);
    }
    await commit.commit();
  }
}

/**
 * Hands over what changed; false where the whole list is needed: where it does not follow on from
 * what realtime has, and where realtime refuses it, which it would do again.
 */
async function update(
  { realtime }: Pick<Services, "realtime">,
  roomId: string,
  changes: MembersUpdate | null,
): Promise<boolean> {
  if (!changes) return false;
  try {
    return await realtime.updateMembers(roomId, changes);
  } catch (error) {
    if (!isRefused(error)) throw error;
    log("warn", "members-update-refused", { roomId, error });
    return false;
  }
}

/** Whether realtime said no, for good. */
const isRefused = (error: unknown): boolean =>
  error instanceof AppError && error.status < 500 && error.status !== 429;

/** Hands over what the notes of a room say. */
async function work(
  s: Pick<Services, "kv" | "realtime">,
  roomId: string,
): Promise<void> {
  const note = await s.kv.get<HandOver>(keys.handOver(roomId));
  const changes = await listAll<MembersChange>(s.kv, keys.handOver(roomId));
  const newest = changes.at(-1);
  if (note.value === null && !newest) return;
  const changed = note.value === null
    ? await updateOf(s.kv, roomId, changes)
    : null;
  if (!await update(s, roomId, changed)) {
    const of = newest ? versionOf(newest) : 0;
    const version = Math.max(note.value?.version ?? 0, of);
    const list = await readMembers(s.kv, roomId) ??
      { version, members: {}, ended: true };
    await s.realtime.handOver(roomId, list);
    // A change that came meanwhile wrote the note anew.
    await settle(s.kv, note);
  }
  await forget(s.kv, changes);
}

/** A list that realtime refused is offered again after so long, or once there is a change: ms. */
const REFUSED_MS = 60 * 60_000;

/** Per store, the lists that realtime refused: until when, by room. */
const refused = new WeakMap<Deno.Kv, Map<string, number>>();

/**
 * Hands over who is in a room, if that changed, so that whoever was removed is out of it before
 * the answer. Never throws: a change stands, and what fails here is done by a round.
 */
export async function handOver(
  s: Pick<Services, "kv" | "realtime">,
  roomId: string,
): Promise<void> {
  refused.get(s.kv)?.delete(roomId);
  const done = work(s, roomId).catch((error) =>
    log("warn", "members-not-handed-over", { roomId, error })
  );
  finishFirst(done);
  await done;
}

/**
 * Hands over what waits; the rest stays for later when realtime turns out to be away. A room that it
 * refuses does not keep the others from it, and is offered again in an hour.
 */
export async function handOverDue(
  s: Pick<Services, "kv" | "realtime">,
): Promise<void> {
  const notes = s.kv.list({ prefix: keys.handOvers() });
  let done: string | undefined;
  const until = refused.get(s.kv) ?? new Map<string, number>();
  refused.set(s.kv, until);
  for (const [roomId, at] of until) if (at <= Date.now()) until.delete(roomId);
  for await (const { key: [, id] } of notes) {
    if (shuttingDown.aborted) return;
    const roomId = String(id);
    if (roomId === done || until.has(roomId)) continue;
    done = roomId;
    try {
      await work(s, roomId);
    } catch (error) {
      if (!isRefused(error)) throw error;
      until.set(roomId, Date.now() + REFUSED_MS);
      log("error", "members-refused", { roomId, error });
    }
  }
}
