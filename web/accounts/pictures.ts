/**
 * Pictures live in the blob store, accounts in KV, and no transaction spans both. So a note in KV
 * names every picture that no account refers to: written before the picture is, removed by the
 * very commit that refers to it. Whatever fails in between, the note finds the picture again.
 */
import { log } from "../log.ts";
import type { Blobs } from "../services.ts";
import { pictureOf, sealed } from "./face-vault.ts";
import { keys, type PictureNote, type Store } from "./store.ts";

type PictureStore = Store & { blobs: Blobs };

/** How long a registration may take before its picture counts as left behind. */
const LEFT_BEHIND_MS = 60 * 60 * 1000;

/** A picture in the blob store that no account refers to yet. */
export interface NewPicture {
  blobKey: string;
  /** Makes `commit` take the picture over; the commit fails if the picture is gone by then. */
  claim(commit: Deno.AtomicOperation): void;
}

/**
 * Stores a picture, sealed, under a new, unguessable key that begins with the account's id.
 * @param faceKey the key of the face it belongs to: see face-vault.ts.
 */
export async function addPicture(
  s: PictureStore,
  accountId: string,
  jpeg: Uint8Array,
  faceKey: Uint8Array<ArrayBuffer>,
): Promise<NewPicture> {
  const blobKey = `selfies/${accountId}/${crypto.randomUUID()}.jpg`;
  const key = keys.picture(blobKey);
  const note: PictureNote = { at: Date.now(), dropped: false };
  const { versionstamp } = await s.kv.set(key, note);
  const claim = (commit: Deno.AtomicOperation) => {
    commit.check({ key, versionstamp }).delete(key);
  };
  try {
    const what = pictureOf(accountId);
    const bytes = await sealed(faceKey, what, new Uint8Array(jpeg));
    await s.blobs.put(blobKey, bytes, "application/octet-stream");
  } catch (error) {
    await discardPicture(s, blobKey, true);
    throw error;
  }
  return { blobKey, claim };
}

/** Makes `commit` let go of a picture; follow it with {@link discardPicture}. */
export function dropPicture(
  commit: Deno.AtomicOperation,
  blobKey: string,
): void {
  const note: PictureNote = { at: Date.now(), dropped: true };
  commit.set(keys.picture(blobKey), note);
}

/**
 * Deletes a picture no account refers to; one that is referred to stays. A failure is logged and
 * made good by the next {@link sweepPictures}.
 * @param mayArrive the store failed to say what became of the picture: a write that was given up
 * on may yet overtake its deletion, so the next sweep deletes it once more.
 */
export async function discardPicture(
  s: PictureStore,
  blobKey: string,
  mayArrive = false,
): Promise<void> {
  try {
    const entry = await s.kv.get<PictureNote>(keys.picture(blobKey));
    if (entry.value === null) return;
    // From here on a claim made with the earlier note fails.
    const note: PictureNote = { ...entry.value, dropped: true };
    const { ok } = await s.kv.atomic().check(entry).set(entry.key, note)
      .commit();
    if (!ok) return;
    await s.blobs.delete(blobKey);
    if (!mayArrive) await s.kv.delete(entry.key);
  } catch (error) {
    log("warn", "picture-not-deleted", { error });
  }
}

/** Deletes pictures left behind by a crash or a failed deletion. The number of them found. */
export async function sweepPictures(s: PictureStore): Promise<number> {
  const notes = s.kv.list<PictureNote>({ prefix: keys.pictures() });
  let found = 0;
  for await (const { key, value } of notes) {
    if (!value.dropped && value.at > Date.now() - LEFT_BEHIND_MS) continue;
    found++;
    await discardPicture(s, String(key[1]));
  }
  return found;
}
