import type { RoomSummary } from "../../../realtime/protocol.ts";
import { AppError } from "../../errors.ts";
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

/** A person's rooms with their last messages; the store and realtime are asked at once. */
export async function loadRooms(
  s: Services,
  account: Person,
): Promise<RoomList> {
  const rooms = await listRooms(s, account.id);
  const ids = rooms.map(({ id }) => id);
  const summaries = await unlessDown(s.roomLog.summaries(account, ids));
  const entries = rooms.map((room) => ({
    ...room,
    summary: summaries?.[room.id] ?? null,
  }));
  return {
    rooms: entries.sort((a, b) => activityOf(b) - activityOf(a)),
    reachable: summaries !== null,
  };
}
