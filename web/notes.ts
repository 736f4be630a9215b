/**
 * The queues of web. What must still be done stands in KV as a note, made in the commit that brings it
 * about, and goes once it is done: by whoever brought it about, in a round of any process, or by what a
 * request or a call of realtime wakes. So it is done at least once, whatever is killed in between, and
 * whoever it is told to must take it twice. A note that is written anew while it is being done is done
 * again. `notes-contract.ts` is the suite each queue must pass.
 *
 * Three do not use what is below, as that would be more code than they have:
 *
 * - Notices (`notifications/`) are read by when they are due, of which there may be 10,000, so each
 *   is two entries, written in one commit. They stay for a week once they are done, so that nobody
 *   is told twice. They pass the same suite.
 * - A crowd (`notifications/crowds.ts`) is no note but how far a message for thousands has got. It
 *   stays, too, and what waits of it is an entry of its own.
 * - What is left over of a deleted message (`rooms/leftovers.ts`) is noted by the log of rooms, in
 *   the transaction that erases the message. In KV the note could be lost in between.
 */

type Read = Pick<Deno.KvEntryMaybe<unknown>, "key" | "versionstamp">;

/**
 * Writes a note anew, unless it has changed since it was read: null. Of any number of processes that
 * do so at once one is given the note, and has it to itself for as long as its value says.
 */
export async function rewrite<T>(
  kv: Deno.Kv,
  { key, versionstamp }: Read,
  value: T,
  options: { expireIn?: number } = {},
): Promise<Deno.KvEntry<T> | null> {
  const done = await kv.atomic().check({ key, versionstamp })
    .set(key, value, options).commit();
  return done.ok ? { key, value, versionstamp: done.versionstamp } : null;
}

/** Takes away a note that is done with; false where it has changed since, or is gone. */
export async function settle(
  kv: Deno.Kv,
  { key, versionstamp }: Read,
): Promise<boolean> {
  const { ok } = await kv.atomic().check({ key, versionstamp }).delete(key)
    .commit();
  return ok;
}
