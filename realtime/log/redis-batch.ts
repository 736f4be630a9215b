import type { NewEntry } from "./entry.ts";
import { type Appended, StoreError } from "./log.ts";
import type { Client } from "./redis-client.ts";

/** An append that waits for its batch. */
export interface Pending {
  entry: NewEntry;
  resolve(appended: Appended): void;
  reject(error: unknown): void;
}

/** The newest position this instance has seen of a room. */
export interface Seen {
  epoch: string;
  offset: number;
}

/** A key of a room; the braces put all of them into one cluster slot. */
export const roomKey = (roomId: string, name: string): string =>
  `chatsphere:{${roomId}}:${name}`;

/** Splits a turn's appends by room, in order. */
export function byRoom(batch: Pending[]): Map<string, Pending[]> {
  const rooms = new Map<string, Pending[]>();
  for (const pending of batch) {
    const { roomId } = pending.entry;
    const room = rooms.get(roomId);
    if (room) room.push(pending);
    else rooms.set(roomId, [pending]);
  }
  return rooms;
}

/** Tells appends that the store cannot take them now. */
export function rejectAll(waiting: Pending[], cause?: unknown): void {
  const error = new StoreError("Redis failed.", { cause });
  for (const { reject } of waiting) reject(error);
}

/** What this instance knows of rooms, or can find out. */
export interface Known {
  seen(roomId: string): Seen | undefined;
  /** What a repeated clientId was first appended as. */
  first(roomId: string, offset: number): Promise<Appended>;
}

/**
 * Appends everything of some rooms with one call of the script, and settles it; resolves
 * to whether the store answered.
 */
export async function appendRooms(
  client: Client,
  rooms: Map<string, Pending[]>,
  known: Known,
): Promise<boolean> {
  const keys: string[] = [], amended: string[] = [];
  const args: (string | number)[] = [], targets: number[] = [];
  for (const [roomId, pending] of rooms) {
    keys.push(roomKey(roomId, "log"), roomKey(roomId, "meta"));
    const { epoch = "", offset = 0 } = known.seen(roomId) ?? {};
    const kinds = pending.map(({ entry }) => entry.kind).join("");
    args.push(roomKey(roomId, "live"), epoch, offset, kinds);
    for (const { entry } of pending) {
      args.push(`${entry.sender.id} ${entry.clientId}`);
      if (entry.target === undefined) continue;
      targets.push(entry.target);
      amended.push(roomKey(roomId, "amends"), roomKey(roomId, "erased"));
    }
    for (const { entry } of pending) args.push(entry.body);
  }
  const head = [rooms.size, Date.now(), targets.length, ...targets];
  const count = keys.length + amended.length;
  try {
    const replies = await client.chatAppend(
      count,
      ...keys,
      ...amended,
      ...head,
      ...args,
    );
    settle(rooms, replies, known);
    return true;
  } catch (cause) {
    rejectAll([...rooms.values()].flat(), cause);
    return false;
  }
}

function settle(
  rooms: Map<string, Pending[]>,
  replies: (string | number)[],
  known: Known,
): void {
  let next = 0;
  for (const [roomId, pending] of rooms) {
    const epoch = String(replies[next]);
    next += 1;
    for (const { entry, resolve, reject } of pending) {
      const reply = replies[next] ?? "!no reply";
      next += 1;
      if (typeof reply === "number") {
        const { timestamp } = entry;
        resolve({ epoch, offset: reply, timestamp, repeated: false });
      } else if (reply.startsWith("=")) {
        known.first(roomId, Number(reply.slice(1))).then(resolve, reject);
      } else reject(new StoreError(reply.slice(1)));
    }
  }
}
