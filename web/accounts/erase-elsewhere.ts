import type { Renamed } from "../../realtime/protocol-http.ts";
import { removeFilesOf } from "../files/remove.ts";
import { type Asking, askTranscriber } from "../rooms/ask-transcriber.ts";
import { DELETED_PERSON } from "../client/drawn/deleted-person.ts";
import { keys } from "../rooms/store.ts";
import type { Services } from "../services.ts";
import { forgetVoicesOf } from "../voices/sweep.ts";

/** What is kept of a person beside KV, in the order in which it is deleted: the first ends what is
 * left of their sessions. */
export const ELSEWHERE = ["names", "messages", "clips", "files"] as const;
export type Elsewhere = typeof ELSEWHERE[number];

/** How far it has come: all parts before this place are done. */
export interface Progress {
  after?: string;
}

/** Milliseconds for one part of somebody's recordings. */
const PATIENCE_MS = 15_000;

/**
 * Deletes the next part of what a service has of somebody: the name in what they wrote, what they
 * wrote itself, or the recordings and files they kept. Where the part after it begins, if there is
 * one.
 *
 * @throws {Error} when the service is away.
 */
export async function erasePart(
  s: Pick<Services, "kv" | "files" | "realtime"> & Asking,
  what: Elsewhere,
  userId: string,
  { after }: Progress,
): Promise<Progress | undefined> {
  if (what === "messages") return await withdrawPart(s, userId, after);
  if (what === "files") {
    return await removeFilesOf(s, userId) ? {} : undefined;
  }
  if (what === "clips") await forgetVoicesOf(s, userId);
  const done = what === "names"
    ? await s.realtime.rename({ userId, name: DELETED_PERSON, after })
    : await askTranscriber<Renamed>(
      s,
      "/erasures/people",
      { userId, after },
      PATIENCE_MS,
    );
  return done?.after === undefined ? undefined : { after: done.after };
}

/** Milliseconds after which the place that was come to is noted. */
const NOTED_MS = 2_000;

/**
 * Deletes what somebody wrote in the next rooms, whether or not they were in them to the end. The
 * place it came to is a room and an offset in it.
 */
async function withdrawPart(
  { kv, realtime }: Pick<Services, "kv" | "realtime">,
  userId: string,
  place = "",
): Promise<Progress | undefined> {
  const until = Date.now() + NOTED_MS;
  const [first = "", offset] = place.split(" ");
  const rooms = kv.list({
    prefix: keys.rooms(),
    ...(first ? { start: keys.room(first) } : {}),
  });
  for await (const { key } of rooms) {
    const roomId = String(key[1]);
    let after = roomId === first && offset ? Number(offset) : undefined;
    do {
      if (Date.now() > until) {
        return { after: after === undefined ? roomId : `${roomId} ${after}` };
      }
      const part = { userId, name: DELETED_PERSON, after };
      ({ after } = await realtime.withdraw(roomId, part));
    } while (after !== undefined);
  }
  return undefined;
}
