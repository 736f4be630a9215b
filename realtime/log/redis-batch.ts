import type { NewEntry } from "./entry.ts";
import { type Appended, StoreError } from "./log.ts";
import type { Client } from "./redis-client.ts";
import { KEY_NAMES } from "./redis-scripts.ts";

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

/**
 * Appends everything of some rooms with one call of the script, and settles it; resolves
 * to whether the store answered.
 */
export async function appendRooms(
  client: Client,
  rooms: Map<string, Pending[]>,
  seen: (roomId: string) => Seen | undefined,
): Promise<boolean> {
  const keys: string[] = [], args: (string | number)[] = [];
  const erased: string[] = [];
  args.push(rooms.size, Date.now());
  for (const [roomId, entries] of rooms) {
    for (const name of KEY_NAMES) keys.push(roomKey(roomId, name));
    const { epoch = "", offset = 0 } = seen(roomId) ?? {};
    args.push(roomKey(roomId, "live"), epoch, offset, entries.length);
    for (const { entry } of entries) {
      const { sender, clientId, kind, timestamp, target = "", body } = entry;
      args.push(kind, `${sender.id} ${clientId}`, timestamp, target, body);
      if (kind === "e" || kind === "d") erased.push(roomKey(roomId, "erased"));
    }
  }
  keys.push(...erased);
  const pending = [...rooms.values()].flat();
  try {
    const replies = await client.chatAppend(keys.length, ...keys, ...args);
    pending.forEach((one, i) => settle(one, replies[i] ?? "!no reply"));
    return true;
  } catch (cause) {
    rejectAll(pending, cause);
    return false;
  }
}

function settle({ resolve, reject }: Pending, reply: string): void {
  if (reply.startsWith("!")) return reject(new StoreError(reply.slice(1)));
  const repeated = reply.startsWith("=");
  const [epoch = "", offset, timestamp] = reply.slice(repeated ? 1 : 0)
    .split(" ");
  resolve({
    epoch,
    offset: Number(offset),
    timestamp: Number(timestamp),
    repeated,
  });
}
