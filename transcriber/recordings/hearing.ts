import { ApiError } from "../http/errors.ts";
import type { Clips } from "../clips/clips.ts";

/** What is heard now, by the ids of its clips. */
const underWay = new WeakMap<Clips, Map<string, Set<AbortController>>>();

/**
 * Works on a recording until its clip is deleted, as then nobody waits for its words: Deno does not
 * tell of every connection that was closed, so web has a recording deleted that it let go of.
 *
 * @param id of the clip it is kept as, or is to be kept as; undefined: there is none.
 * @throws {ApiError} 409 `clip-deleted`; what the work throws
 */
export async function untilDeleted<T>(
  clips: Clips,
  id: string | undefined,
  gone: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  if (id === undefined) return await work(gone);
  const all = underWay.get(clips) ?? new Map<string, Set<AbortController>>();
  underWay.set(clips, all);
  const stops = all.get(id) ?? new Set();
  all.set(id, stops);
  const stop = new AbortController();
  stops.add(stop);
  try {
    return await work(AbortSignal.any([gone, stop.signal]));
  } catch (error) {
    throw stop.signal.aborted ? clipDeleted(error) : error;
  } finally {
    stops.delete(stop);
    if (stops.size === 0) all.delete(id);
  }
}

/** Ends what is heard of these clips. */
export function stopHearing(
  clips: Clips,
  isMeant: (id: string) => boolean,
): void {
  for (const [id, stops] of underWay.get(clips) ?? []) {
    if (isMeant(id)) stops.forEach((stop) => stop.abort());
  }
}

const clipDeleted = (cause: unknown) =>
  new ApiError({
    code: "clip-deleted",
    status: 409,
    message: "This recording was deleted while we listened to it.",
    cause,
  });
