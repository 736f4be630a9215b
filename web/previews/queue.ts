import { AppError } from "../errors.ts";
import { log } from "../log.ts";
import { rewrite, settle } from "../notes.ts";
import { finishFirst } from "../shutdown.ts";
import { type Job, keys } from "./records.ts";
import { lookUp } from "./look-up.ts";
import type { PreviewServices } from "./picture.ts";

/** Messages that may wait, looked at together, and times one is looked at. */
const MOST = 500, TOGETHER = 4, TRIES = 3;
/** After so long whoever looked at a message has ended: ms. */
const LEASE_MS = 60_000;

/** Has a message looked at; false if too many wait already. */
export async function enqueue(
  { kv }: PreviewServices,
  roomId: string,
  id: string,
  owner: string,
): Promise<boolean> {
  const waiting = await Array.fromAsync(
    kv.list({ prefix: keys.jobs() }, { limit: MOST }),
  );
  if (waiting.length >= MOST) return false;
  const job: Job = { owner, tries: 0, until: 0 };
  await kv.set(keys.job(roomId, id), job);
  return true;
}

const working = new WeakMap<Deno.Kv, Promise<void>>();

/** Looks at all that waits, some at a time; never throws. */
export function finishPreviews(s: PreviewServices): Promise<void> {
  const before = working.get(s.kv);
  // Whatever came while it was on its way is looked at right after.
  const next = (before ?? Promise.resolve()).then(() => work(s))
    .catch((error) => log("warn", "previews-wait", { error }));
  working.set(s.kv, next);
  return next;
}

/** The same in the background. */
export const finishPreviewsSoon = (s: PreviewServices): void => {
  finishFirst(finishPreviews(s));
};

async function work(s: PreviewServices): Promise<void> {
  const jobs = s.kv.list<Job>({ prefix: keys.jobs() });
  const next = async () => {
    for (let one; !(one = await jobs.next()).done;) await look(s, one.value);
  };
  await Promise.all(Array.from({ length: TOGETHER }, next));
}

async function look(
  s: PreviewServices,
  entry: Deno.KvEntry<Job>,
): Promise<void> {
  const { owner, tries, until } = entry.value;
  const [, roomId, id] = entry.key as string[];
  if (until > Date.now()) return;
  if (tries >= TRIES) return await s.kv.delete(entry.key);
  const taken = await rewrite(s.kv, entry, {
    ...{ owner, tries: tries + 1, until: Date.now() + LEASE_MS },
  });
  if (!taken) return;
  try {
    await lookUp(s, { roomId, id, me: { id: owner, name: "" } });
  } catch (error) {
    const isOver = error instanceof AppError && error.status < 500;
    if (!isOver) {
      log("warn", "preview-waits", { error });
      return;
    }
  }
  // Unless the message was edited meanwhile: then it is looked at again.
  await settle(s.kv, taken);
}
