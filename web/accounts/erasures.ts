/**
 * What is deleted from KV is gone for whoever asks KV, but its bytes stay in the file until they
 * are overwritten; and the other services have things of a person as well. So each deletion of
 * something personal leaves a note, in the same commit, and whoever works through the notes clears
 * away the traces: after a crash, or while a service was away, later.
 */
import type { Config } from "../config.ts";
import { log } from "../log.ts";
import { rewrite, settle } from "../notes.ts";
import { forgetAddress } from "../rooms/invitation-store.ts";
import { finishLeftovers } from "../rooms/leftovers.ts";
import { finishRoomErasures } from "../rooms/room-erasures.ts";
import type { Services } from "../services.ts";
import { finishFirst } from "../shutdown.ts";
import { compactKv } from "./compact-kv.ts";
import {
  ELSEWHERE,
  type Elsewhere,
  erasePart,
  type Progress,
} from "./erase-elsewhere.ts";
import { keys } from "./store.ts";

export type ErasureServices =
  & Pick<Services, "kv" | "files" | "mailer" | "realtime" | "signer">
  & { config: Pick<Config, "kvPath" | "transcriberUrl"> };

/** What a note says is still to be done, beside clearing the KV file. */
export interface Erasure extends Partial<Record<Elsewhere, Progress>> {
  /** Whose address is to be forgotten, if anybody's. */
  email?: string;
  /** The KV file is done. */
  cleared?: true;
}

/** What deleting an account leaves to be done, with the person's messages or without. */
export const ofAccount = (email: string, messages = false): Erasure => ({
  email,
  names: {},
  ...(messages ? { messages: {} } : {}),
  clips: {},
  files: {},
});

/** Milliseconds from a deletion to the clearing of its traces: several share one. */
const SOON_MS = 1_000;
/** The same after a failure, and after each further one; then the hourly sweep goes on. */
const AGAIN_MS = [5_000, 30_000, 120_000, 600_000];

/** Adds to `commit` that it deletes something personal of this account. */
export function noteErasure(
  commit: Deno.AtomicOperation,
  accountId: string,
  erasure: Erasure,
): void {
  commit.set(keys.erasure(accountId), erasure);
}

const allNotes = (kv: Deno.Kv) =>
  Array.fromAsync(kv.list<Erasure>({ prefix: keys.erasures() }));

/**
 * Clears away what deletions left behind: invitations and e-mails to the address, the old pages
 * of the KV file, the person's name in the room log and their recordings; what was said in rooms
 * that ended, and the recordings of messages that are gone. How many notes are done with, and how
 * many must wait.
 */
export async function finishErasures(
  s: ErasureServices,
): Promise<{ done: number; left: number }> {
  await clearKv(s).catch((error) => log("warn", "kv-not-cleared", { error }));
  let done = 0;
  let left = await finishRoomErasures(s) + await finishLeftovers(s);
  for (const note of await allNotes(s.kv)) {
    if (await finishNote(s, note)) done += 1;
    else left += 1;
  }
  return { done, left };
}

/** Forgets the addresses in the notes, then writes the file anew, once for all of them. */
async function clearKv(s: ErasureServices): Promise<void> {
  const notes = (await allNotes(s.kv)).filter(({ value }) => !value.cleared);
  if (notes.length === 0) return;
  const cleared: Deno.KvEntry<Erasure>[] = [];
  for (const entry of notes) {
    const { email, ...rest } = entry.value;
    if (email !== undefined) {
      await forgetAddress(s, email);
      await s.mailer.forget?.(email);
    }
    // The note itself must not be what keeps the address. One that was written anew by another
    // deletion waits for the next time.
    const written = await rewrite(s.kv, entry, rest);
    if (written) cleared.push(written);
  }
  compactKv(s.config);
  for (const note of cleared) {
    await rewrite(s.kv, note, { ...note.value, cleared: true });
  }
}

/** Does what a note still asks of the other services; whether that is all of it. */
async function finishNote(
  s: ErasureServices,
  entry: Deno.KvEntry<Erasure>,
): Promise<boolean> {
  let note = entry;
  const save = async (what: Elsewhere, progress: Progress | undefined) => {
    const saved = await rewrite(s.kv, note, {
      ...note.value,
      [what]: progress,
    });
    if (!saved) throw new Error("Another deletion wrote the note anew.");
    note = saved;
  };
  const leftOf = (what: Elsewhere) => note.value[what];
  for (const what of ELSEWHERE) {
    try {
      for (let next = leftOf(what); next !== undefined; next = leftOf(what)) {
        const userId = String(entry.key[1]);
        await save(what, await erasePart(s, what, userId, next));
      }
    } catch (error) {
      log("warn", "erasure-waits", { what, error });
    }
  }
  if (!note.value.cleared || ELSEWHERE.some(leftOf)) return false;
  return await settle(s.kv, note);
}

const waiting = new WeakSet<Deno.Kv>();

/**
 * {@link finishErasures} in a moment, once for all deletions until then, and again while a
 * service is away; never throws.
 */
export function finishErasuresSoon(s: ErasureServices, failures = 0): void {
  if (waiting.has(s.kv)) return;
  waiting.add(s.kv);
  const wait = failures === 0 ? SOON_MS : AGAIN_MS[failures - 1];
  const { promise: pause, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, wait);
  // The process may end while it waits to try again: the note stays, and the next start goes on.
  if (failures > 0) Deno.unrefTimer(timer);
  const work = pause.then(async () => {
    waiting.delete(s.kv);
    const { left } = await finishErasures(s);
    return left > 0;
  }).catch((error) => {
    log("warn", "erasure-not-finished", { error });
    return true;
  }).then((again) => {
    if (again && failures < AGAIN_MS.length) {
      finishErasuresSoon(s, failures + 1);
    }
  });
  if (failures === 0) finishFirst(work);
}
