import type { RoomSummary } from "../../../realtime/protocol.ts";
import { AppError } from "../../errors.ts";
import { membershipsOf } from "../../rooms/memberships.ts";
import { listRooms } from "../../rooms/rooms.ts";
import type { MyRoom } from "../../rooms/types.ts";
import type { Person, Services } from "../../services.ts";

export interface RoomEntry extends MyRoom {
  /** Null while realtime is down. */
  summary: RoomSummary | null;
}

export interface RoomList {
  /** Newest activity first. */
  rooms: RoomEntry[];
  /** Whether last messages and unread counts could be read. */
  reachable: boolean;
  /** The number of the next page, if there is one. */
  next: number | null;
}

/** The result, or null when realtime cannot be reached: pages go on without it. */
export async function unlessDown<T>(work: Promise<T>): Promise<T | null> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof AppError && error.status === 503) return null;
    throw error;
  }
}

const activityOf = (room: RoomEntry): number =>
  room.summary?.last?.timestamp ?? room.createdAt;

/** When the newest of these rooms' last messages was sent, ms; 0 where there is none. */
export const newestIn = (rooms: RoomEntry[]): number =>
  Math.max(0, ...rooms.map(({ summary }) => summary?.last?.timestamp ?? 0));

/** The number of the page of a list that is asked for. */
export function readPage(url: URL): number {
  const text = url.searchParams.get("page") ?? "";
  return /^[1-9]\d{0,3}$/.test(text) ? Number(text) : 1;
}

/** Rooms of one page of the list, and beside a room. */
export const PAGE = 100;

/**
 * A page of a person's rooms with their last messages, those with the newest activity first.
 *
 * @param number of the page, from 1.
 * @param most rooms of a page.
 */
export async function loadRooms(
  s: Services,
  account: Person,
  number = 1,
  most = PAGE,
): Promise<RoomList> {
  const mine = await membershipsOf(s, account.id);
  const all = [...mine.keys()];
  // One page needs no order of all.
  const times = all.length > most
    ? await unlessDown(s.realtime.activity(account)) ?? {}
    : {};
  const timeOf = (id: string) => times[id] ?? mine.get(id)!.joinedAt;
  const from = (number - 1) * most;
  const ids = all.length > most
    ? all.sort((a, b) => timeOf(b) - timeOf(a)).slice(from, from + most)
    : all;
  const [rooms, summaries] = await Promise.all([
    listRooms(s, account.id, ids),
    unlessDown(s.realtime.summaries(account, ids)),
  ]);
  const entries = rooms.map((room) => ({
    ...room,
    summary: summaries?.[room.id] ?? null,
  }));
  return {
    rooms: entries.sort((a, b) => activityOf(b) - activityOf(a)),
    reachable: summaries !== null,
    next: from + most < all.length ? number + 1 : null,
  };
}
