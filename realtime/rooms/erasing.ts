import { attachmentsOf } from "../log/lines.ts";
import type { RoomLog } from "../log/log.ts";
import { LIMITS } from "../protocol.ts";
import type { Rename, Renamed, RoomClips } from "../protocol-http.ts";

/** Milliseconds after which one call is answered; whoever asked goes on from there. */
const BUDGET = 200;

/**
 * Has the log call a person otherwise, for as long as one call may take: what is left is for the
 * next one, from `after`. The store does it in slices, and everything else in between.
 */
export async function renameFor(
  log: RoomLog,
  { userId, name, after }: Rename,
  budget = BUDGET,
): Promise<Renamed> {
  const started = performance.now();
  let done = await log.rename(userId, name, after);
  while (done.after !== undefined && performance.now() - started < budget) {
    done = await log.rename(userId, name, done.after);
  }
  return done;
}

/**
 * The clips and files of the messages of a room that come after an offset, in a part of its entries.
 */
export async function clipsOf(
  log: RoomLog,
  roomId: string,
  after = 0,
): Promise<RoomClips> {
  const limit = LIMITS.recoveryEntries;
  const { entries, offset } = await log.read(roomId, after, limit);
  const all = entries.flatMap(({ attached }) => attachmentsOf(attached));
  const clips = all.filter(({ kind }) => kind === "clip")
    .map(({ id, owner }) => ({ id, owner }));
  const files = all.filter(({ kind }) => kind === "file").map(({ id }) => id);
  const last = entries.at(-1)?.offset ?? offset;
  return last < offset ? { clips, files, after: last } : { clips, files };
}
