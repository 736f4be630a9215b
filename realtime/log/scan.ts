import type { Message } from "../protocol.ts";
import type { SearchPage } from "../protocol-http.ts";
import { LIMITS } from "../protocol.ts";
import type { RoomLog } from "./log.ts";
import {
  Findings,
  SEARCH_BUDGET,
  SEARCH_LEAST,
  type SearchQuery,
} from "./search.ts";
import { Turns } from "./turns.ts";

/** Messages one search looks at. */
export const SCAN_LIMIT = 2_000;
/** Milliseconds of work in one go. */
export const SLICE = 4;

/** Of all searches that look through messages. */
export const turns = new Turns();

/** A room whose newest messages are looked at. */
export interface Source {
  roomId: string;
  /** When the next message of it was made. */
  at: number;
  /** Its messages that were read and not looked at, oldest first. */
  read: Message[];
  /** Before which offset to read on; null: there is nothing more. */
  before: number | null | undefined;
  /** The offset up to which nothing is read: an index has the rest. */
  floor: number;
}

/**
 * Searches a store that has no index: the newest messages of the rooms, as many as the budget
 * allows. It works a few milliseconds at a time, and searches take turns, so that whatever a log
 * holds, everything else goes on meanwhile. In one room it can go on where it ended; in several it
 * says how far back it came.
 */
export async function scan(
  log: Pick<RoomLog, "page" | "activity">,
  query: SearchQuery,
): Promise<SearchPage> {
  const { rooms, budget = SEARCH_BUDGET, least = SEARCH_LEAST } = query;
  const findings = new Findings(query);
  const sources = new Sources(await sourcesOf(log, query));
  let spent = 0, seen = 0, reached = query.before ?? Date.now();
  await turns.next();
  let started = performance.now();
  const stopped = (source: Source) =>
    findings.page(
      rooms.length === 1 ? { next: cursorAt(source) } : { next: null, reached },
    );
  for (;;) {
    const source = sources.newest();
    if (!source) return findings.page({ next: null });
    const took = performance.now() - started;
    const isSpent = seen >= SCAN_LIMIT ||
      seen >= least && spent + took >= budget;
    if (findings.full || seen > 0 && isSpent) return stopped(source);
    if (took >= SLICE || source.read.length === 0) {
      spent += took;
      await readOn(log, source);
      await turns.next();
      started = performance.now();
      continue;
    }
    const message = source.read.pop()!;
    seen += 1;
    reached = message.timestamp;
    findings.look(source.roomId, message);
    source.at = source.read.at(-1)?.timestamp ?? message.timestamp;
  }
}

/** Before which offset a search of one room goes on. */
export const cursorAt = ({ read, before }: Source): string =>
  String(read.length > 0 ? read.at(-1)!.offset + 1 : before);

async function sourcesOf(
  log: Pick<RoomLog, "activity">,
  { rooms, cursor }: SearchQuery,
): Promise<Source[]> {
  const before = rooms.length === 1 && cursor ? Number(cursor) : undefined;
  const times = await log.activity(rooms);
  return Object.entries(times)
    .map(([roomId, at]) => ({ roomId, at, read: [], before, floor: 0 }));
}

/** Rooms in the order of the newest message that is left to look at in each. */
export class Sources {
  /** Not looked into yet, those last that were last written to. */
  readonly #waiting: Source[];
  #open: Source[] = [];

  constructor(sources: Source[]) {
    this.#waiting = sources.sort((a, b) => a.at - b.at);
  }

  /** The one whose next message is the newest of all, if there is one. */
  newest(): Source | undefined {
    this.#open = this.#open.filter((it) =>
      it.read.length > 0 || it.before !== null
    );
    const best = this.#open.reduce<Source | undefined>(
      (best, it) => best && best.at >= it.at ? best : it,
      undefined,
    );
    const next = this.#waiting.at(-1);
    if (!next || best && best.at >= next.at) return best;
    this.#waiting.pop();
    this.#open.push(next);
    return next;
  }
}

/** Reads the messages that come next, where those that were read are used up. */
export async function readOn(log: Pick<RoomLog, "page">, source: Source) {
  if (source.read.length > 0 || source.before === null) return;
  const { before, floor } = source;
  const left = before === undefined ? Infinity : before - 1 - floor;
  const limit = Math.min(LIMITS.historyLimit, left);
  const { messages } = limit > 0
    ? await log.page(source.roomId, { before, limit })
    : { messages: [] };
  const first = messages[0]?.offset ?? 0;
  const isLast = messages.length < limit || first <= floor + 1;
  // It is used up, and a page may be kept for others.
  source.read = messages.filter(({ offset }) => offset > floor);
  source.before = isLast ? null : first;
  source.at = source.read.at(-1)?.timestamp ?? 0;
}
