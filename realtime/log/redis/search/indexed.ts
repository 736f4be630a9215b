import type { SearchPage } from "../../../protocol-http.ts";
import {
  cursorAt,
  readOn,
  SCAN_LIMIT,
  SLICE,
  type Source,
  Sources,
  turns,
} from "../../scan.ts";
import {
  Findings,
  SEARCH_BUDGET,
  SEARCH_LEAST,
  type SearchQuery,
} from "../../search.ts";
import { entryOrigin } from "../../lines.ts";
import type { Client } from "../client.ts";
import { roomKey } from "../keys.ts";
import type { RedisReads } from "../reads.ts";
import {
  type Candidate,
  Candidates,
  type Days,
  messageAt,
  READ,
} from "./candidates.ts";
import { keyOf, KEYS_EACH } from "./documents.ts";
import { type Engine, type Found, ROOMS } from "./engine.ts";
import { parseProgress, type Progress } from "./room-filler.ts";

/** Cursors from here on are keys, and those below offsets: see {@link scan}. */
const KEYS_FROM = 1e14;
/** Rooms that are asked about in one command. */
const ROOMS_AT_ONCE = 1_000;

/** What a search needs besides the query. */
export interface Indexed {
  engine: Engine;
  client: Client;
  reads: RedisReads;
  days: Days;
  /** Is told of each room whose newest messages are not in the index. */
  behind: (roomId: string) => void;
}

/**
 * Searches in the index, and looks through what is not in it yet, as {@link scan} does, both in
 * the order of time.
 */
export async function searchIndexed(
  { engine, client, reads, days, behind }: Indexed,
  query: SearchQuery,
): Promise<SearchPage> {
  const { rooms, budget = SEARCH_BUDGET, least = SEARCH_LEAST } = query;
  const findings = new Findings(query);
  const until = performance.now() + budget;
  const isOne = rooms.length === 1;
  const { key, offset } = cursorOf(query);
  const { covered, rest } = await coverage(client, rooms);
  for (const { roomId } of rest) behind(roomId);
  const sources = new Sources(
    await sourcesOf(reads, isOne && key !== undefined ? [] : rest, offset),
  );
  const below = key ?? Number.MAX_SAFE_INTEGER;
  const changed = await changedIn(reads, rest);
  const isWanted = ({ roomId, offset: at }: Found) => {
    const progress = covered.get(roomId);
    return progress !== undefined && at >= progress.from &&
      at <= progress.done && (offset === undefined || at < offset);
  };
  const isIndexed = (found: Found) =>
    isWanted(found) && !changed.has(nameOf(found));
  const others = [...changed.values()]
    .filter((it) => isWanted(it) && it.key < below)
    .sort((a, b) => a.key - b.key);
  const candidates = new Candidates(
    ...[engine, reads, days, query, isIndexed, below, others] as const,
  );
  // Messages that were looked at, and steps of the engine, each as so many as it reads.
  let done = 0;
  let seen = 0, hasMoved = false, lastKey = -1;
  let reached = query.before ?? Date.now(), turned = performance.now();
  for (;;) {
    const source = sources.newest();
    const next = candidates.next;
    if (!source && candidates.ended) return findings.page({ next: null });
    const now = performance.now();
    const isSpent = hasMoved &&
      (seen >= SCAN_LIMIT || done >= least && now >= until);
    // What has the key of the last belongs to its page.
    if ((findings.full || isSpent) && next?.key !== lastKey) {
      if (isOne && source) return findings.page({ next: cursorAt(source) });
      if (source && seen >= SCAN_LIMIT) {
        return findings.page({ next: null, reached });
      }
      const left = Math.max(candidates.left, source ? keyAfter(source) : 0);
      return findings.page({ next: `${left}` });
    }
    if (now - turned >= SLICE) {
      await turns.next();
      turned = performance.now();
    }
    if (!next && !candidates.ended && !(isOne && source)) {
      const { left } = candidates;
      await candidates.advance();
      done += READ;
      hasMoved ||= candidates.left < left;
      continue;
    }
    if (source && (isOne || !next || source.at >= next.message.timestamp)) {
      if (source.read.length === 0) {
        await readOn(reads, source);
        continue;
      }
      const message = source.read.pop()!;
      seen += 1;
      done += 1;
      hasMoved = true;
      reached = message.timestamp;
      source.at = source.read.at(-1)?.timestamp ?? message.timestamp;
      // What comes from the cursor on was looked at for the page before.
      if (key === undefined || keyOf(source.roomId, message) < key) {
        findings.look(source.roomId, message);
      }
      continue;
    }
    const { roomId, message } = candidates.take();
    done += 1;
    hasMoved = true;
    lastKey = next!.key;
    findings.look(roomId, message);
  }
}

/**
 * The same search for a store without an index, which goes on from offsets alone: it begins with
 * the moment that the cursor names.
 */
export function withoutKeys(query: SearchQuery): SearchQuery {
  const { key } = cursorOf(query);
  if (key === undefined) return query;
  const moment = Math.floor(key / KEYS_EACH) + 1;
  const before = Math.min(moment, query.before ?? Infinity);
  return { ...query, cursor: undefined, before };
}

function cursorOf({ cursor }: SearchQuery): { key?: number; offset?: number } {
  if (cursor === undefined) return {};
  const number = Number(cursor);
  return number >= KEYS_FROM ? { key: number } : { offset: number };
}

/** Before which key all of a source is that was not looked at. */
function keyAfter({ roomId, read, at }: Source): number {
  const next = read.at(-1);
  return next ? keyOf(roomId, next) + 1 : (at + 1) * KEYS_EACH;
}

/** A room that the index has not all of, from after an offset up to the newest. */
interface Rest {
  roomId: string;
  floor: number;
  newest: number;
}

/** What the index has of rooms, and what it lacks. */
async function coverage(
  client: Client,
  rooms: string[],
): Promise<{ covered: Map<string, Progress>; rest: Rest[] }> {
  const texts: (string | null)[] = [];
  for (let from = 0; from < rooms.length; from += ROOMS_AT_ONCE) {
    const some = rooms.slice(from, from + ROOMS_AT_ONCE);
    texts.push(...await client.hmget(ROOMS, ...some));
  }
  const metas = await Promise.all(
    rooms.map((id) => client.hmget(roomKey(id, "meta"), "epoch", "offset")),
  );
  const covered = new Map<string, Progress>(), rest: Rest[] = [];
  rooms.forEach((roomId, i) => {
    const [epoch, offset] = metas[i] ?? [];
    const progress = parseProgress(texts[i] ?? null);
    const newest = Number(offset ?? 0);
    const isOf = progress?.epoch === epoch;
    if (progress && isOf) covered.set(roomId, progress);
    const floor = progress && isOf ? progress.done : 0;
    if (newest > floor) rest.push({ roomId, floor, newest });
  });
  return { covered, rest };
}

const nameOf = ({ roomId, offset }: Pick<Found, "roomId" | "offset">) =>
  `${offset}:${roomId}`;

/**
 * The messages that the index has as they were: what changed them came after. Of rooms that have
 * just begun to be put in there are none, and a great many entries are not looked through for it.
 */
async function changedIn(
  reads: RedisReads,
  rest: Rest[],
): Promise<Map<string, Candidate>> {
  let left = SCAN_LIMIT;
  const read = await Promise.all(
    rest.map(async ({ roomId, floor, newest }) => {
      const limit = Math.min(newest - floor, left);
      left -= limit;
      if (floor === 0 || limit === 0) return [];
      const { entries } = await reads.read(roomId, floor, limit);
      const targets = entries.filter(({ kind }) => kind === "e")
        .map((entry) => entryOrigin(entry).target ?? Infinity)
        .filter((target) => target <= floor);
      return await Promise.all(
        [...new Set(targets)].map((offset) =>
          candidateAt(reads, roomId, offset)
        ),
      );
    }),
  );
  const found = read.flat().filter((it) => it !== undefined);
  return new Map(found.map((it) => [nameOf(it), it]));
}

async function candidateAt(
  reads: RedisReads,
  roomId: string,
  offset: number,
): Promise<Candidate | undefined> {
  const message = await messageAt(reads, { roomId, offset });
  if (!message) return undefined;
  return { roomId, offset, key: keyOf(roomId, message), message };
}

async function sourcesOf(
  reads: RedisReads,
  rest: Rest[],
  offset: number | undefined,
): Promise<Source[]> {
  const times = await reads.activity(rest.map(({ roomId }) => roomId));
  return rest.map(({ roomId, floor, newest }) => ({
    roomId,
    floor,
    at: times[roomId] ?? 0,
    read: [],
    before: Math.min(newest + 1, offset ?? Infinity),
  })).filter(({ before, floor }) => before > floor + 1);
}
