import type { Renamed } from "../../realtime/protocol-http.ts";
import { removeFilesOf } from "../files/remove.ts";
import { type Asking, askTranscriber } from "../rooms/ask-transcriber.ts";
import { DELETED_PERSON } from "../rooms/names.ts";
import type { Services } from "../services.ts";

/** What is kept of a person beside KV, and how it is deleted. */
export const ELSEWHERE = ["names", "clips", "files"] as const;
export type Elsewhere = typeof ELSEWHERE[number];

/** How far it has come: all parts before this place are done. */
export interface Progress {
  after?: string;
}

/** Milliseconds for one part of somebody's recordings. */
const PATIENCE_MS = 15_000;

/**
 * Deletes the next part of what a service has of somebody: the name in what they wrote, or the
 * recordings they kept. Where the part after it begins, if there is one.
 *
 * @throws {Error} when the service is away.
 */
export async function erasePart(
  s: Pick<Services, "kv" | "files" | "realtime"> & Asking,
  what: Elsewhere,
  userId: string,
  { after }: Progress,
): Promise<Progress | undefined> {
  if (what === "files") {
    return await removeFilesOf(s, userId) ? {} : undefined;
  }
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
