import { object } from "./frames.ts";
import type { Entry } from "./log/entry.ts";
import type { RoomLog } from "./log/log.ts";
import { LIMITS } from "./protocol.ts";

/** The first line of a backup. */
const HEADER = { format: "chatsphere-rooms", version: 1 };

/** One room of a backup. */
interface RoomLine {
  roomId: string;
  entries: Entry[];
  reads: Record<string, number>;
}

/** A file that is no backup, or a damaged one. */
export class BackupError extends Error {
  readonly code = "backup-broken";
  override name = "BackupError";
}

/**
 * Every room of a log as lines of JSON, the same for both stores: of each room what it
 * held at one moment. The service may go on meanwhile.
 */
export async function* backup(log: RoomLog): AsyncIterable<string> {
  yield JSON.stringify(HEADER);
  let rooms = 0;
  for await (const roomId of log.rooms()) {
    const entries = await readAll(log, roomId);
    const reads = await log.readers(roomId);
    yield JSON.stringify({ roomId, entries, reads } satisfies RoomLine);
    rooms += 1;
  }
  yield JSON.stringify({ rooms });
}

async function readAll(log: RoomLog, roomId: string): Promise<Entry[]> {
  const all: Entry[] = [];
  for (let after = 0;;) {
    const limit = LIMITS.recoveryEntries;
    const { entries, offset } = await log.read(roomId, after, limit);
    all.push(...entries);
    after = entries.at(-1)?.offset ?? offset;
    if (after >= offset) return all;
  }
}

/**
 * Puts every room of a backup into a log that does not have it, in a new epoch: clients
 * that had seen more begin anew.
 *
 * @returns how many rooms were restored.
 * @throws {BackupError} if the lines are no backup, or their end is missing.
 * @throws {StoreError} if the log has entries of a room.
 */
export async function restore(
  log: RoomLog,
  lines: AsyncIterable<string>,
): Promise<number> {
  let rooms = -1;
  let ended = false;
  for await (const line of lines) {
    const value = parseLine(line);
    if (rooms < 0) {
      if (value.format !== HEADER.format || value.version !== HEADER.version) {
        throw new BackupError("The file is no ChatSphere backup.");
      }
      rooms = 0;
    } else if (value.rooms === rooms) ended = true;
    else {
      const { roomId, entries, reads } = value as unknown as RoomLine;
      await log.restore(roomId, entries, reads);
      rooms += 1;
    }
  }
  if (!ended) throw new BackupError("The end of the backup is missing.");
  return rooms;
}

function parseLine(line: string): Record<string, unknown> {
  try {
    return object(JSON.parse(line), "A line");
  } catch (cause) {
    throw new BackupError("A line of the backup is broken.", { cause });
  }
}
