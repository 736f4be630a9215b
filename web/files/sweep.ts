import { log } from "../log.ts";
import type { Services } from "../services.ts";
import { keys, read, setSent } from "./records.ts";
import { removeFile } from "./remove.ts";

/** How long a file may be without a message: ms. */
export const LOOSE_MS = 60 * 60 * 1000;

type SweepServices = Pick<Services, "kv" | "files" | "realtime">;

/**
 * Deletes the files that an hour after they came are in no message: whoever chose them went away,
 * or a process ended in between. One that may have been sent is looked for in the room first.
 * How many are deleted.
 */
export async function sweepFiles(
  s: SweepServices,
  now = Date.now(),
): Promise<number> {
  const loose = s.kv.list<number>({ prefix: keys.loose() });
  let removed = 0;
  for await (const note of loose) {
    if (note.value > now - LOOSE_MS) continue;
    try {
      if (await sweep(s, note)) removed += 1;
    } catch (error) {
      log("warn", "file-not-swept", { error });
    }
  }
  return removed;
}

/** Whether the file of a note was deleted. */
async function sweep(
  s: SweepServices,
  note: Deno.KvEntry<number>,
): Promise<boolean> {
  const id = String(note.key.at(-1));
  const entry = await read(s, id);
  if (entry.value === null) {
    await s.kv.delete(note.key);
    return false;
  }
  const { state, roomId } = entry.value;
  const sent = state === "claimed" && await isSaid(s, roomId, id);
  // It may be sent at this very moment: then it was touched.
  const commit = s.kv.atomic().check(entry).check(note);
  if (sent) setSent(commit, entry.value, note.value);
  else commit.set(entry.key, { ...entry.value, state: "going" });
  const { ok } = await commit.commit();
  if (!ok || sent) return false;
  await removeFile(s, id);
  return true;
}

/** Whether a message of the room has the file. */
async function isSaid(
  { realtime }: SweepServices,
  roomId: string,
  id: string,
): Promise<boolean> {
  let after: number | undefined;
  do {
    const part = await realtime.clips(roomId, after);
    if (part.files.includes(id)) return true;
    after = part.after;
  } while (after !== undefined);
  return false;
}
