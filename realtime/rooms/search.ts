import { fold, hasWords, wordsOf } from "../text/fold.ts";
import { FrameError } from "../frames.ts";
import type { RoomLog } from "../log/log.ts";
import { LIMITS, type Message } from "../protocol.ts";
import type { SearchPage } from "../protocol-http.ts";
import { Turns } from "./turns.ts";

/** Messages one call looks at; whoever wants more asks again from `before`. */
const SCAN_LIMIT = 2_000;
/** Milliseconds of work one call may cost, and how many of them in one go. */
const BUDGET = 250;
const SLICE = 4;

const turns = new Turns();

export interface SearchRange {
  /** Only messages before this offset. */
  before?: number;
  /** Messages to find at most. */
  limit: number;
  /** Milliseconds of work; for tests. */
  budget?: number;
}

/**
 * Finds the newest messages before an offset that have all the words of a text, in any order
 * and however they are typed (see {@link fold}), as they read now: after edits, and without
 * deleted ones. It works a few milliseconds at a time, and searches take turns, so that
 * whatever a log holds, everything else goes on meanwhile. What it did not get to within
 * its budget is left for the next call, as `before` says.
 *
 * @throws {FrameError} `bad-frame` if the text has no words or is too long.
 */
export async function searchRoom(
  log: RoomLog,
  roomId: string,
  query: string,
  { before, limit, budget = BUDGET }: SearchRange,
): Promise<SearchPage> {
  const words = readWords(query);
  const found: Message[] = [];
  let edge = before, epoch = "", spent = 0;
  for (let seen = 0; seen < SCAN_LIMIT;) {
    await turns.next();
    const range = { before: edge, limit: LIMITS.historyLimit };
    const page = await log.page(roomId, range);
    epoch = page.epoch;
    let started = performance.now();
    for (const message of page.messages.toReversed()) {
      const took = performance.now() - started;
      if (spent + took >= budget && seen > 0) {
        return { messages: found, epoch, before: edge ?? null };
      }
      if (took >= SLICE) {
        spent += took;
        await turns.next();
        started = performance.now();
      }
      edge = message.offset;
      seen += 1;
      if (!hasWords(fold(message.content), words)) continue;
      found.push(message);
      if (found.length === limit) {
        return { messages: found, epoch, before: edge };
      }
    }
    spent += performance.now() - started;
    if (page.messages.length < LIMITS.historyLimit) {
      return { messages: found, epoch, before: null };
    }
  }
  return { messages: found, epoch, before: edge ?? null };
}

function readWords(query: string): string[] {
  const wanted = query.trim();
  const words = wanted.length > LIMITS.searchLength ? [] : wordsOf(wanted);
  if (words.length > 0) return words;
  throw new FrameError(
    "bad-frame",
    `Search for 1 to ${LIMITS.searchLength} characters.`,
  );
}
