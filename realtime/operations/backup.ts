import { object } from "../frames.ts";
import type { Entry } from "../log/entry.ts";
import type { RoomLog } from "../log/log.ts";
import { LIMITS } from "../protocol.ts";

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
 * Reads a backup to its end, so that nothing is restored from one that is damaged.
 *
 * @returns how many rooms it has.
 * @throws {BackupError} if the lines are no backup, or their end is missing.
 */
export async function checkBackup(
  lines: AsyncIterable<string>,
): Promise<number> {
  let rooms = 0;
  for await (const _ of roomsOf(lines)) rooms += 1;
  return rooms;
}

/**
 * Puts every room of a backup into a log that does not have it, in a new epoch: clients
 * that had seen more begin anew.
 *
 * @returns how many rooms were restored.
 * @throws {BackupError} as {@link checkBackup}; what came before is restored then.
 * @throws {StoreError} if the log has entries of a room.
 */
export async function restore(
  log: RoomLog,
  lines: AsyncIterable<string>,
): Promise<number> {
  let rooms = 0;
  for await (const { roomId, entries, reads } of roomsOf(lines)) {
    await log.restore(roomId, entries, reads);
    rooms += 1;
  }
  return rooms;
}

async function* roomsOf(lines: AsyncIterable<string>) {
  let rooms = -1;
  let ended = false;
  for await (const line of lines) {
    const value = parseLine(line);
    if (rooms < 0) {
      if (value.format !== HEADER.format || value.version !== HEADER.version) {
        throw new BackupError("The file is no ChatSphere backup.");
      }
    } else if (value.rooms === rooms) ended = true;
    else if (!isRoom(value)) throw broken();
    else yield value;
    rooms += 1;
  }
  if (!ended) throw new BackupError("The end of the backup is missing.");
}

const broken = (cause?: unknown) =>
  new BackupError("A line of the backup is broken.", { cause });

function parseLine(line: string): Record<string, unknown> {
  try {
    return object(JSON.parse(line), "A line");
  } catch (cause) {
    throw broken(cause);
  }
}

function isRoom(value: object): value is RoomLine {
  const { roomId, entries, reads } = value as Partial<RoomLine>;
  return typeof roomId === "string" && Array.isArray(entries) &&
    entries.every(isEntry) && typeof reads === "object" && reads !== null &&
    Object.values(reads).every(Number.isSafeInteger);
}

function isEntry(value: Partial<Entry> | null): value is Entry {
  const { epoch, offset, kind, body } = value ?? {};
  if (!Number.isSafeInteger(offset) || !/^\d+$/.test(epoch ?? "")) return false;
  if (!["m", "e", "d", "r"].includes(kind ?? "")) return false;
  try {
    const { sender, clientId } = JSON.parse(`{${body}`);
    return typeof sender.id === "string" && typeof clientId === "string";
  } catch {
    return false;
  }
}
