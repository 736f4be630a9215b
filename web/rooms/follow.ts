import type { EntryFrame } from "../../realtime/protocol.ts";
import { AppError } from "../errors.ts";
import type { Person, Services } from "../services.ts";
import { isMember } from "./rooms.ts";

/** Entries to begin with where nobody says after which. */
const NEWEST = 50;
/** The longest wait before trying again: milliseconds. */
const LONGEST_PAUSE = 10_000;

/** Waits a random part of `ms` (full jitter), or less when the signal says so. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, Math.random() * ms);
  const stop = () => resolve();
  if (signal.aborted) stop();
  signal.addEventListener("abort", stop);
  return promise.finally(() => {
    clearTimeout(timer);
    signal.removeEventListener("abort", stop);
  });
}

/** Whether asking again later may work: everything but a plain no. */
const isPassing = (error: unknown): boolean =>
  !(error instanceof AppError) || error.status >= 500 || error.status === 429;

/** From where, and for how long, a room is followed. */
export interface Following {
  /** Undefined: begin with the newest 50, once realtime answers. */
  after?: number;
  signal: AbortSignal;
  /** Whether the session still holds in which the room is read. */
  isSignedIn(): Promise<boolean>;
  /** The first wait before trying again, in milliseconds; doubled each time. */
  shortest?: number;
}

/**
 * The entries of a room after an offset, as they come, for as long as the person is a member and
 * signed in: when realtime goes away or a token ends, it goes on where it stopped. It ends when the
 * membership or the session does, when the signal says so, and when the room's log begins anew, so
 * that offsets from before mean nothing.
 */
export async function* followRoom(
  s: Pick<Services, "kv" | "realtime">,
  account: Person,
  roomId: string,
  { after, signal, isSignedIn, shortest = 500 }: Following,
): AsyncGenerator<EntryFrame, void> {
  let last = after;
  let epoch: string | undefined;
  let wait = shortest;
  while (!signal.aborted) {
    // Realtime ends the stream of whoever signs out; a new token would only open it again.
    if (!await isSignedIn()) return;
    if (!await isMember(s, account.id, roomId)) return;
    try {
      const page = await s.realtime.history(account, roomId, {
        limit: 1,
      });
      if (epoch !== undefined && page.epoch !== epoch) return;
      epoch = page.epoch;
      last ??= Math.max(0, page.offset - NEWEST);
      const entries = await s.realtime.stream(
        account,
        roomId,
        last,
        signal,
      );
      for await (const entry of entries) {
        last = entry.offset;
        wait = shortest;
        yield entry;
      }
    } catch (error) {
      if (!signal.aborted && !isPassing(error)) throw error;
    }
    await pause(wait, signal);
    wait = Math.min(wait * 2, LONGEST_PAUSE);
  }
}
