/** Finds in the log who is to be told of what, and what admins deleted. Killed at any point, it goes on from where it was. */
import { noteRemoval } from "../audit/removals.ts";
import { getAll, keys as roomKeys, type StoredRoom } from "../rooms/store.ts";
import type { Services } from "../services.ts";
import { noteMessages } from "./crowds.ts";
import { type Cursor, keys, WEEK_MS } from "./store.ts";

type CollectServices = Pick<Services, "kv" | "realtime" | "config">;

/** Alerts that are said to be taken at once. */
const TAKEN = 100;
/** Rooms whose logs are read at a time: most of it is waiting for realtime. */
const SIDE_BY_SIDE = 8;
/** Without a cursor, what is older is not told of any more. */
const OLD_MS = 60 * 60 * 1000;

async function collectRoom(s: CollectServices, roomId: string): Promise<void> {
  for (;;) {
    const cursor = await s.kv.get<Cursor>(keys.cursor(roomId));
    const room = await s.kv.get<StoredRoom>(roomKeys.room(roomId));
    if (room.value === null) return;
    const page = await s.realtime.alertPage(roomId, cursor.value);
    const isNew = cursor.value?.epoch !== page.epoch;
    const since = Date.now() - (isNew ? OLD_MS : WEEK_MS);
    const messages = page.messages.filter((it) => it.timestamp >= since);
    await noteMessages(s, room.value, messages);
    for (const removal of page.removals ?? []) {
      await noteRemoval(s, roomId, removal);
    }
    const { epoch, offset, more } = page;
    // Another process may have gone further: then this one looks again from there.
    const { ok } = await s.kv.atomic().check(cursor)
      .set(cursor.key, { epoch, offset } satisfies Cursor).commit();
    if (ok && !more) return;
  }
}

/**
 * Goes through what realtime has noted; whether it notes something still.
 *
 * @param failed hears of a room that could not be looked at: it stays noted, and holds up no other.
 */
export async function collect(
  s: CollectServices,
  failed: (error: unknown) => void,
): Promise<boolean> {
  const alerts = await s.realtime.alerts();
  const cursors = await getAll<Cursor>(
    s.kv,
    alerts.map(({ roomId }) => keys.cursor(roomId)),
  );
  const ahead = alerts.filter(({ epoch, offset }, i) => {
    const at = cursors[i];
    return at?.epoch !== epoch || at.offset < offset;
  });
  const left = new Set<string>();
  const work = async () => {
    for (let next = ahead.shift(); next; next = ahead.shift()) {
      try {
        await collectRoom(s, next.roomId);
      } catch (error) {
        left.add(next.roomId);
        failed(error);
      }
    }
  };
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, work));
  const taken = alerts.filter(({ roomId }) => !left.has(roomId))
    .map(({ roomId, receipt }) => ({ roomId, receipt }));
  for (let from = 0; from < taken.length; from += TAKEN) {
    await s.realtime.alertsTaken(taken.slice(from, from + TAKEN));
  }
  return alerts.length > 0;
}
