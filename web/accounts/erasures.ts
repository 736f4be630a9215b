/**
 * What is deleted from KV is gone for whoever asks KV, but its bytes stay in the file until they
 * are overwritten. So each deletion of something personal leaves a note, in the same commit, and
 * whoever works through the notes clears away the traces: after a crash, at the next start.
 */
import { finishFirst } from "../shutdown.ts";
import { log } from "../log.ts";
import { forgetAddress } from "../rooms/invitation-store.ts";
import type { Config } from "../config.ts";
import type { Services } from "../services.ts";
import { compactKv } from "./compact-kv.ts";
import { keys } from "./store.ts";

type ErasureServices = Pick<Services, "kv" | "mailer"> & {
  config: Pick<Config, "kvPath">;
};

/** What a note says: whose address is to be forgotten, if anybody's. */
export interface Erasure {
  email?: string;
}

/** Milliseconds from a deletion to the clearing of its traces: several share one. */
const SOON_MS = 1_000;

/** Adds to `commit` that it deletes something personal of this account. */
export function noteErasure(
  commit: Deno.AtomicOperation,
  accountId: string,
  erasure: Erasure,
): void {
  commit.set(keys.erasure(accountId), erasure);
}

/**
 * Clears away what deletions left behind: invitations and e-mails to the address, and the old
 * pages of the KV file. The number of notes that are done with.
 */
export async function finishErasures(s: ErasureServices): Promise<number> {
  const notes = await Array.fromAsync(
    s.kv.list<Erasure>({ prefix: keys.erasures() }),
  );
  if (notes.length === 0) return 0;
  for (const { key, value: { email } } of notes) {
    if (email === undefined) continue;
    await forgetAddress(s, email);
    await s.mailer.forget?.(email);
    // The note itself must not be what keeps the address.
    await s.kv.set(key, {} satisfies Erasure);
  }
  compactKv(s.config);
  const now = await Array.fromAsync(
    s.kv.list<Erasure>({ prefix: keys.erasures() }),
  );
  const done = now.filter(({ key, value }) =>
    value.email === undefined && notes.some((note) => note.key[1] === key[1])
  );
  for (const entry of done) {
    // A deletion that came meanwhile wrote the note anew, and is not done with.
    await s.kv.atomic().check(entry).delete(entry.key).commit();
  }
  return done.length;
}

const waiting = new WeakSet<Deno.Kv>();

/** {@link finishErasures} in a moment, once for all deletions until then; never throws. */
export function finishErasuresSoon(s: ErasureServices): void {
  if (waiting.has(s.kv)) return;
  waiting.add(s.kv);
  const pause = new Promise((done) => setTimeout(done, SOON_MS));
  finishFirst(
    pause.then(() => {
      waiting.delete(s.kv);
      return finishErasures(s);
    }).catch((error) => log("warn", "erasure-not-finished", { error })),
  );
}
