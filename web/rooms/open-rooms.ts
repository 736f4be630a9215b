import { hasWords } from "../../realtime/text/fold.ts";
import { nameWords } from "../accounts/listing.ts";
import { requireConfirmed } from "../accounts/confirm-address.ts";
import { untilCommitted } from "../accounts/store.ts";
import type { Account } from "../accounts/types.ts";
import { AppError } from "../errors.ts";
import type { Services } from "../services.ts";
import { entered, entering, refuseRemoved } from "./entering.ts";
import { findRoom } from "./rooms.ts";
import { getAll, isId, keys, notFound, type StoredRoom } from "./store.ts";
import type { Room } from "./types.ts";

/** An open room, as whoever looks for one sees it. */
export interface FoundRoom extends Pick<Room, "id" | "name" | "description"> {
  memberCount: number;
  /** The person is in it. */
  isIn: boolean;
}

export interface FoundRooms {
  /** By name. */
  rooms: FoundRoom[];
  /** The number of the next page, if there is one. */
  next: number | null;
}

/** Open rooms on a page. */
export const OPEN_PAGE = 50;
/** Open rooms that are looked at. */
const LOOKED_AT = 5_000;

/**
 * The open rooms of this server with these words in their names, as searching compares them; all
 * without words.
 *
 * @param page from 1.
 * @throws {AppError} `address-unconfirmed` (403).
 */
export async function findOpenRooms(
  s: Pick<Services, "kv">,
  me: Account,
  { q = "", page = 1 }: { q?: string; page?: number },
): Promise<FoundRooms> {
  await requireConfirmed(s, me.id);
  const words = nameWords(q);
  const from = (page - 1) * OPEN_PAGE;
  // Without words, one more than the page tells whether there is another.
  const limit = words.length === 0
    ? Math.min(from + OPEN_PAGE + 1, LOOKED_AT)
    : LOOKED_AT;
  const batchSize = Math.min(limit, 500);
  const prefix = keys.openRooms();
  const entries = await Array.fromAsync(
    s.kv.list({ prefix }, { limit, batchSize }),
  );
  const found = entries.filter(({ key }) => hasWords(String(key[1]), words));
  const ids = found.slice(from, from + OPEN_PAGE)
    .map(({ key }) => String(key[2]));
  const [stored, mine] = await Promise.all([
    getAll<StoredRoom>(s.kv, ids.map(keys.room)),
    getAll(s.kv, ids.map((id) => keys.member(id, me.id))),
  ]);
  const rooms = stored.map((room, i): FoundRoom | null => {
    // It ended, or was archived, between the two reads.
    if (room?.kind !== "open" || room.archivedAt !== undefined) return null;
    const { id, name, description, memberCount } = room;
    return { id, name, description, memberCount, isIn: mine[i] !== null };
  });
  return {
    rooms: rooms.filter((room) => room !== null),
    next: from + OPEN_PAGE < found.length ? page + 1 : null,
  };
}

/**
 * Takes somebody into an open room, as a member; once more changes nothing.
 *
 * @throws {AppError} `not-found` (404) also for a room that is not open; `removed-from-room` and
 * `address-unconfirmed` (403); `room-full` and `too-many-rooms` (409).
 */
export async function joinOpenRoom(
  s: Pick<Services, "kv" | "realtime">,
  account: Account,
  roomId: string,
): Promise<Room> {
  if (!isId(roomId)) throw notFound();
  await requireConfirmed(s, account.id);
  const joined = await untilCommitted(async () => {
    try {
      const { room, commit } = await entering(s, account, roomId);
      if (room.value.kind !== "open") throw notFound();
      await refuseRemoved(s, account.id, roomId);
      return (await commit.commit()).ok ? "now" : undefined;
    } catch (error) {
      const isIn = error instanceof AppError && error.code === "already-member";
      if (isIn) return "before";
      throw error;
    }
  });
  if (joined === "now") await entered(s, account, roomId);
  return (await findRoom(s, account.id, roomId)).room;
}
