/**
 * What was said in a room that has ended is realtime's, its recordings are the transcriber's, and
 * its files are here. A note, made in the commit that ends the room, stands until all of it is
 * deleted.
 */
import { keys as accountKeys } from "../accounts/store.ts";
import { noteLastRemovals } from "../audit/removals.ts";
import { removeRoomFiles } from "../files/remove.ts";
import { log } from "../log.ts";
import { type Cursor, keys as noticeKeys } from "../notifications/store.ts";
import type { Services } from "../services.ts";
import { forgetSent, toDelete } from "../voices/sent.ts";
import { type Asking, askTranscriber } from "./ask-transcriber.ts";
import { dropMembership } from "./memberships.ts";
import { keys } from "./store.ts";

/** The offset up to which the recordings of a room are deleted. */
export interface RoomErasure {
  after?: number;
}

/** Adds to `commit` that it ends this room. */
export function noteRoomErasure(
  commit: Deno.AtomicOperation,
  roomId: string,
): void {
  commit.set(keys.roomErasure(roomId), {} satisfies RoomErasure);
}

type Elsewhere = Pick<Services, "kv" | "files" | "realtime"> & Asking;

/** Milliseconds for the recordings of one part of a room. */
const PATIENCE_MS = 15_000;

/** Has what is left of ended rooms deleted. The number of rooms for which that must wait. */
export async function finishRoomErasures(s: Elsewhere): Promise<number> {
  const notes = await Array.fromAsync(
    s.kv.list<RoomErasure>({ prefix: keys.roomErasures() }),
  );
  let left = 0;
  for (const { key, value } of notes) {
    const roomId = String(key[1]);
    try {
      const cursor = await s.kv.get<Cursor>(noticeKeys.cursor(roomId));
      await removeRoomFiles(s, roomId);
      await eraseClips(s, roomId, value.after);
      await noteLastRemovals(s, roomId, cursor.value);
      await s.realtime.endRoom(roomId);
      await s.kv.delete(cursor.key);
      await removeMemberships(s, roomId);
      await s.kv.delete(key);
    } catch (error) {
      left += 1;
      log("warn", "room-not-deleted", { roomId, error });
    }
  }
  return left;
}

/** Takes everyone who is still named out of a room that is no more. */
async function removeMemberships(
  { kv }: Pick<Services, "kv">,
  roomId: string,
): Promise<void> {
  for await (const { key } of kv.list({ prefix: keys.members(roomId) })) {
    const accountId = String(key.at(-1));
    const account = await kv.get(accountKeys.account(accountId));
    const commit = dropMembership(kv.atomic(), roomId, accountId);
    // Of an account that is gone, nothing stays.
    if (account.versionstamp === null) {
      commit.delete(keys.membershipsMark(accountId));
    }
    await commit.commit();
  }
}

async function eraseClips(
  s: Elsewhere,
  roomId: string,
  from?: number,
): Promise<void> {
  let after = from;
  do {
    const part = await s.realtime.clips(roomId, after);
    const clips = await toDelete(s, part.clips, roomId);
    if (clips.length > 0) {
      await askTranscriber(s, "/erasures/clips", { clips }, PATIENCE_MS);
      await forgetSent(s, clips);
    }
    after = part.after;
    if (after !== undefined) {
      const note: RoomErasure = { after };
      await s.kv.set(keys.roomErasure(roomId), note);
    }
  } while (after !== undefined);
}
