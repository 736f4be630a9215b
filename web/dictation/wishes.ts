import { listMembers } from "../rooms/members.ts";
import { findRoom } from "../rooms/rooms.ts";
import type { Services } from "../services.ts";
import { readDictation } from "./settings.ts";
import { speechOf } from "./speech.ts";

/** What the transcriber is told with a person's token; see `transcriber/text/wishes.ts`. */
export interface Wishes {
  spoken: boolean;
  hints: string[];
}

/** Names and words, and bytes of all of them: a token travels in a header. */
const MOST_HINTS = 100;
const HINT_BYTES = 2_000;

/**
 * How somebody wants what they dictate: as they chose, with their own words and the names of the
 * room, where the engine takes those. Names go no further than to whoever is in the room.
 *
 * @param roomId the room they write in, if any.
 * @throws {AppError} `not-found` (404) when they are not in that room.
 */
export async function wishesOf(
  s: Pick<Services, "kv" | "config">,
  accountId: string,
  roomId?: string,
): Promise<Wishes> {
  const [{ spoken, words }, speech] = await Promise.all([
    readDictation(s, accountId),
    speechOf(s.config),
  ]);
  if (!speech?.hints) {
    if (roomId !== undefined) await findRoom(s, accountId, roomId);
    return { spoken, hints: [] };
  }
  const names = roomId === undefined ? [] : await namesIn(s, accountId, roomId);
  return { spoken, hints: within([...words, ...names]) };
}

async function namesIn(
  s: Pick<Services, "kv">,
  accountId: string,
  roomId: string,
): Promise<string[]> {
  const [{ room }, members] = await Promise.all([
    findRoom(s, accountId, roomId),
    listMembers(s, accountId, roomId),
  ]);
  return [room.name, ...members.map(({ name }) => name)];
}

/** As many as may be sent, each once. */
function within(all: string[]): string[] {
  const hints: string[] = [];
  let bytes = 0;
  for (const hint of new Set(all)) {
    bytes += new TextEncoder().encode(JSON.stringify(hint)).length + 1;
    if (hints.length === MOST_HINTS || bytes > HINT_BYTES) break;
    hints.push(hint);
  }
  return hints;
}
