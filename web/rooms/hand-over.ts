/**
 * Web owns who is in a room, and hands it to realtime. Each change of a room's members raises the
 * version of the room and leaves a note in KV, in the same commit. Whoever made the change hands
 * the members over before they answer; where that fails, or the process ends, a round does it.
 *
 * A note names a room and not a change: what is handed over is what the members are by then, so
 * that all changes of a room are in order, however many processes hand over. It stays until
 * realtime has taken them, and realtime lets no older version overwrite a newer one: each change
 * gets there at least once.
 */
import type { Role } from "../../realtime/protocol.ts";
import type { MemberList } from "../../realtime/protocol-http.ts";
import { AppError } from "../errors.ts";
import { log } from "../log.ts";
import type { Services } from "../services.ts";
import { finishFirst, shuttingDown } from "../shutdown.ts";
import { keys as noticeKeys } from "../notifications/store.ts";
import {
  type HandOver,
  keys,
  type Membership,
  type StoredRoom,
} from "./store.ts";

/** Entries of KV that are read at once. */
const AT_ONCE = 500;

/**
 * The version a change gives a room whose members have one, or have none as rooms of before. It
 * is a time as well: after KV was put back from a backup, the next change is still the newest.
 */
export const nextVersion = ({ version = 0 }: { version?: number }): number =>
  Math.max(version + 1, Date.now());

/** Adds to `commit` that the members of a room changed. Then call {@link handOver}. */
export function noteHandOver(
  commit: Deno.AtomicOperation,
  roomId: string,
  version: number,
): Deno.AtomicOperation {
  return commit.set(keys.handOver(roomId), { version } satisfies HandOver);
}

/** Whether somebody wants to be told of every message of a room. */
async function isAllWanted(kv: Deno.Kv, roomId: string): Promise<boolean> {
  const found = kv.list({ prefix: noticeKeys.wantAll(roomId) }, { limit: 1 });
  for await (const _ of found) return true;
  return false;
}

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
    const { archivedAt } = room.value;
    const members: Record<string, Role> = {};
    const entries = kv.list<Membership>(
      { prefix: keys.members(roomId) },
      { batchSize: AT_ONCE },
    );
    for await (const { key, value: { role } } of entries) {
      const isReader = archivedAt !== undefined;
      members[String(key.at(-1))] = isReader ? "reader" : role;
    }
    const loud = room.value.kind === "direct" || await isAllWanted(kv, roomId);
    const again = await kv.get(keys.room(roomId));
    if (again.versionstamp !== room.versionstamp) continue;
    const { version = 0 } = room.value;
    return { version, members, ...(loud ? { loud } : {}) };
  }
}

/** Hands over the members of a room that has a note. */
async function work(
  s: Pick<Services, "kv" | "realtime">,
  roomId: string,
): Promise<void> {
  const note = await s.kv.get<HandOver>(keys.handOver(roomId));
  if (note.value === null) return;
  const { version } = note.value;
  const list = await readMembers(s.kv, roomId) ??
    { version, members: {}, ended: true };
  await s.realtime.handOver(roomId, list);
  // A change that came meanwhile wrote the note anew.
  await s.kv.atomic().check(note).delete(note.key).commit();
}

/**
 * Hands over who is in a room, if that changed, so that whoever was removed is out of it before
 * the answer. Never throws: a change stands, and what fails here is done by a round.
 */
export async function handOver(
  s: Pick<Services, "kv" | "realtime">,
  roomId: string,
): Promise<void> {
  const done = work(s, roomId).catch((error) =>
    log("warn", "members-not-handed-over", { roomId, error })
  );
  finishFirst(done);
  await done;
}

/**
 * Hands over what waits; the rest stays for later when realtime turns out to be away. A room that it
 * refuses does not keep the others from it.
 */
export async function handOverDue(
  s: Pick<Services, "kv" | "realtime">,
): Promise<void> {
  const notes = s.kv.list<HandOver>({ prefix: keys.handOvers() });
  for await (const { key } of notes) {
    if (shuttingDown.aborted) return;
    const roomId = String(key.at(-1));
    try {
      await work(s, roomId);
    } catch (error) {
      const isRefused = error instanceof AppError && error.status < 500;
      if (!isRefused) throw error;
      log("error", "members-refused", { roomId, error });
    }
  }
}
