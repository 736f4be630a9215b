import type { Config } from "../config.ts";
import { type Entry, entryId, parseEntryId } from "../log/entry.ts";
import { entryOrigin } from "../log/lines.ts";
import type { RoomLog } from "../log/log.ts";
import { amendmentEntry } from "../log/making.ts";
import type { Hub } from "../rooms/hub.ts";
import { errorFields, type Logger } from "./logger.ts";

const DAY = 86_400_000;
/** Rooms that are asked about at once. */
const ROOMS_AT_ONCE = 200;

/** Removes what is older than the configuration keeps. */
export async function trimOld(
  hub: Pick<Hub, "log">,
  config: Pick<Config, "retentionDays">,
  logger: Logger,
): Promise<void> {
  if (config.retentionDays === undefined) return;
  try {
    const before = Date.now() - config.retentionDays * DAY;
    logger("info", "trimmed", { entries: await trimAll(hub.log, before) });
  } catch (error) {
    logger("warn", "trim-failed", errorFields(error));
  }
}

/**
 * Removes everything said before a time, also where nobody said anything since: a log keeps the
 * newest entry of a room, so that it counts on, and there that becomes one without a word.
 *
 * @returns how many entries went.
 * @throws {StoreError}
 */
export async function trimAll(log: RoomLog, before: number): Promise<number> {
  const trimmed = await log.trim(before);
  const ended = await endOld(log, before);
  return ended === 0 ? trimmed : trimmed + await log.trim(before);
}

/** Adds the last entry where the last one is old and says something; how many there were. */
async function endOld(log: RoomLog, before: number): Promise<number> {
  let ended = 0, some: string[] = [];
  const end = async () => {
    const times = await log.activity(some);
    some = [];
    for (const [roomId, time] of Object.entries(times)) {
      if (time < before && await endRoom(log, roomId)) ended += 1;
    }
  };
  for await (const roomId of log.rooms()) {
    if (some.push(roomId) === ROOMS_AT_ONCE) await end();
  }
  await end();
  return ended;
}

/** Whether it ended with something that was said. */
async function endRoom(log: RoomLog, roomId: string): Promise<boolean> {
  const { offset } = await log.read(roomId, 0, 1);
  const { entries: [last] } = await log.read(roomId, offset - 1, 1);
  if (!last || last.kind === "d" || last.kind === "r") return false;
  const { clientId, sender, timestamp, target } = originOf(last);
  // It is as old as what it ends, so a room nobody is in does not look as if somebody was. No client
  // can have called one of its own like this.
  const origin = { roomId, clientId: `end/${clientId}`, sender, timestamp };
  await log.append(amendmentEntry(origin, target, { kind: "d" }));
  return true;
}

/** Who made an entry, and which message it is or is about. */
function originOf(entry: Entry) {
  const { epoch, offset, head } = entry;
  const about = (JSON.parse(`{${head}}`) as { id?: string }).id;
  const place = about === undefined ? undefined : parseEntryId(about);
  const target = about !== undefined && place
    ? { id: about, offset: place.offset }
    : { id: entryId(epoch, offset), offset };
  return { ...entryOrigin(entry), target };
}
