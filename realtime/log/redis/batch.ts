import { type Entry, type NewEntry, TOGETHER } from "../entry.ts";
import { lineOf } from "../lines.ts";
import { type Appended, StoreError, type Waiter } from "../log.ts";
import type { Client, Outcomes } from "./client.ts";
import { roomKeys } from "./keys.ts";
import type { Watches } from "./watches.ts";

/** An append that waits for its batch. */
export interface Pending {
  entry: NewEntry;
  waiter: Waiter;
}

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
  for (const { waiter } of waiting) waiter.reject(error);
}

/** Finds what a repeated entry was first appended as, in the place that has the offset. */
export type FindFirst = (entry: NewEntry, place: number) => Promise<Appended>;

/** Adds the keys that amendments need to a call; returns the offsets they amend. */
function pushAmended(
  call: (string | number)[],
  rooms: Map<string, Pending[]>,
): number[] {
  const targets: number[] = [];
  for (const [roomId, pending] of rooms) {
    for (const { entry: { target } } of pending) {
      if (target === undefined) continue;
      targets.push(target);
      call.push(...roomKeys(roomId, "amends", "erased", "leftovers"));
    }
  }
  return targets;
}

/** Adds the lines to a call, in texts of as many as may share a place. */
function pushLines(call: (string | number)[], pending: Pending[]): void {
  const lines = pending.map(({ entry }) => lineOf(entry));
  for (let from = 0; from < lines.length; from += TOGETHER) {
    call.push(lines.slice(from, from + TOGETHER).join("\n"));
  }
}

/**
 * Appends everything of some rooms with one call of the script, and settles it; resolves
 * to whether the store answered.
 */
export async function appendRooms(
  client: Client,
  rooms: Map<string, Pending[]>,
  watches: Watches,
  findFirst: FindFirst,
): Promise<boolean> {
  const call: (string | number)[] = [0];
  for (const roomId of rooms.keys()) {
    call.push(...roomKeys(roomId, "log", "meta"));
  }
  const targets = pushAmended(call, rooms);
  call[0] = call.length - 1;
  call.push(rooms.size, Date.now(), watches.anchor, watches.everyInstance);
  call.push(targets.length, ...targets);
  for (const [roomId, pending] of rooms) {
    const { seen, confirmed } = watches.watched(roomId);
    call.push(confirmed ? 1 : 0, seen?.epoch ?? "", seen?.offset ?? 0);
    let kinds = "";
    for (const { entry } of pending) kinds += entry.kind;
    call.push(kinds);
    for (const { entry: { sender, clientId } } of pending) {
      call.push(`${sender.id} ${clientId}`);
    }
    pushLines(call, pending);
  }
  try {
    const replies = await client.chatAppend(...(call as [number]));
    settle(rooms, replies, watches, findFirst);
    return true;
  } catch (cause) {
    rejectAll([...rooms.values()].flat(), cause);
    return false;
  }
}

function settle(
  rooms: Map<string, Pending[]>,
  replies: (string | number | Outcomes)[],
  watches: Watches,
  findFirst: FindFirst,
): void {
  let next = 0;
  for (const [roomId, pending] of rooms) {
    const epoch = String(replies[next]), published = replies[next + 1];
    const outcomes = replies[next + 2] as Outcomes;
    next += 3;
    const outcome = typeof outcomes === "number"
      ? (i: number) => outcomes + 1 + i
      : (i: number) => outcomes[i] ?? "!no reply";
    const fresh: Entry[] = [];
    pending.forEach(({ entry }, i) => {
      const { kind, head, parts, attached } = entry;
      const offset = outcome(i);
      if (typeof offset !== "number") return;
      fresh.push({ epoch, offset, kind, head, parts, attached });
    });
    if (published === 0) watches.tell(roomId, fresh);
    if (published !== 2) watches.listener.appended(roomId, fresh);
    pending.forEach(({ entry, waiter }, i) => {
      const offset = outcome(i);
      if (typeof offset === "number") {
        const { timestamp } = entry;
        waiter.resolve({ epoch, offset, timestamp, repeated: false });
      } else if (offset.startsWith("=")) {
        findFirst(entry, Number(offset.slice(1)))
          .then((first) => waiter.resolve(first), (e) => waiter.reject(e));
      } else waiter.reject(new StoreError(offset.slice(1)));
    });
  }
}
