import { untilCommitted } from "../accounts/store.ts";
import {
  count,
  type FileServices,
  keys,
  listedAt,
  placesOf,
  read,
} from "./records.ts";

/** Files deleted in one go of somebody's, or of a room's. */
const TOGETHER = 50;

/**
 * Deletes a file and its thumbnail from the store, and then from KV. Run again, it goes on where it
 * was broken off; for a file that is gone it does nothing.
 *
 * @param may whether the file is one that is to go; asked until nobody changes it meanwhile.
 * @throws {AppError} `files-unavailable` (503) when the store is away.
 */
export async function removeFile(
  s: FileServices,
  id: string,
  may: (file: { roomId: string; owner: string }) => boolean = () => true,
): Promise<void> {
  const going = await untilCommitted(async () => {
    const entry = await read(s, id);
    if (entry.value === null || !may(entry.value)) return null;
    // From here on it is not shown, and cannot be sent.
    const file = { ...entry.value, state: "going" as const };
    const { ok } = await s.kv.atomic().check(entry).set(entry.key, file)
      .commit();
    return ok ? file : undefined;
  });
  if (going === null) return;
  const { whole, thumbnail } = placesOf(going);
  await s.files.delete(thumbnail);
  await s.files.delete(whole);
  await untilCommitted(async () => {
    const entry = await read(s, id);
    if (entry.value === null) return true;
    const file = entry.value;
    const { roomId, owner, counted, sentAt } = file;
    const commit = s.kv.atomic().check(entry).delete(entry.key)
      .delete([...keys.ofRoom(roomId), id])
      .delete([...keys.ofPerson(owner), id])
      .delete([...keys.loose(), id]);
    if (sentAt !== undefined) commit.delete(listedAt({ ...file, sentAt }));
    return (await count(commit, owner, -counted).commit()).ok || undefined;
  });
}

async function removeSome(
  s: FileServices,
  prefix: Deno.KvKey,
): Promise<boolean> {
  const some = await Array.fromAsync(
    s.kv.list({ prefix }, { limit: TOGETHER }),
  );
  for (const { key } of some) await removeFile(s, String(key.at(-1)));
  return some.length === TOGETHER;
}

/** Deletes all files of a room. */
export async function removeRoomFiles(
  s: FileServices,
  roomId: string,
): Promise<void> {
  while (await removeSome(s, keys.ofRoom(roomId)));
}

/** Deletes some of the files somebody sent; whether there are more. */
export const removeFilesOf = (
  s: FileServices,
  accountId: string,
): Promise<boolean> => removeSome(s, keys.ofPerson(accountId));
