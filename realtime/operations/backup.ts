import { object } from "../frame-fields.ts";
import type { Entry } from "../log/entry.ts";
import { entryOrigin, lineOf, readLine } from "../log/lines.ts";
import type { RoomLog } from "../log/log.ts";
import { LIMITS } from "../protocol.ts";

/** The first line of a backup. */
const HEADER = { format: "chatsphere-rooms", version: 2 };

/** An entry of a backup; one of version 1 has a `body`, and no `line`. */
interface EntryLine extends Pick<Entry, "epoch" | "offset" | "kind"> {
  line: string;
}

/** One room of a backup. */
interface RoomLine {
  roomId: string;
  entries: EntryLine[];
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
    const entries = (await readAll(log, roomId)).map(toLine);
    const reads = await log.readers(roomId);
    yield JSON.stringify({ roomId, entries, reads } satisfies RoomLine);
    rooms += 1;
  }
  yield JSON.stringify({ rooms });
}

const toLine = (entry: Entry): EntryLine => {
  const { epoch, offset, kind } = entry;
  return { epoch, offset, kind, line: lineOf(entry) };
};

const toEntry = ({ epoch, offset, kind, line }: EntryLine): Entry => ({
  ...{ epoch, offset },
  ...readLine(kind, line),
});

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
    await log.restore(roomId, entries.map(toEntry), reads);
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
      const { format, version } = value;
      if (format !== HEADER.format || version !== 1 && version !== 2) {
        throw new BackupError("The file is no ChatSphere backup.");
      }
    } else if (value.rooms === rooms) ended = true;
    else yield roomOf(value);
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

/** @throws {BackupError} if the value is no room. */
function roomOf(value: object): RoomLine {
  const { roomId, entries, reads } = value as Partial<RoomLine>;
  if (typeof roomId !== "string" || !Array.isArray(entries)) throw broken();
  if (typeof reads !== "object" || reads === null) throw broken();
  if (!Object.values(reads).every(Number.isSafeInteger)) throw broken();
  return { roomId, entries: entries.map(entryLineOf), reads };
}

/** @throws {BackupError} if the value is no entry. */
function entryLineOf(
  value: Partial<EntryLine> & { body?: string } | null,
): EntryLine {
  const { epoch = "", offset, kind, body, line = body } = value ?? {};
  if (!Number.isSafeInteger(offset) || !/^\d+$/.test(epoch)) throw broken();
  if (!["m", "e", "d", "r"].includes(kind ?? "")) throw broken();
  const entry = { epoch, offset, kind, line } as EntryLine;
  try {
    const { sender, clientId } = entryOrigin(toEntry(entry));
    if (typeof sender.id !== "string") throw broken();
    if (typeof clientId !== "string") throw broken();
  } catch (cause) {
    throw broken(cause);
  }
  return entry;
}
