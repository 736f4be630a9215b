import type { Entry } from "../log/entry.ts";
import { frameText } from "../log/frame-text.ts";
import type { Page, RoomLog, Slice } from "../log/log.ts";
import { LIMITS, type Position, type Sender } from "../protocol.ts";

/** Messages in the window a client gets when it cannot continue. */
export const WINDOW = 50;

/** What a client that joins is told: the entries it missed, or a fresh window. */
export interface Recovery {
  epoch: string;
  offset: number;
  recovered: boolean;
  entries: Entry[];
  messages: Page["messages"];
  /** The person's read position. */
  read: number;
}

/**
 * Whether a slice read after `since` brings a client from there to the newest entry
 * without a hole.
 */
export function continues(since: Position, slice: Slice): boolean {
  const missed = slice.offset - since.offset;
  return slice.epoch === since.epoch &&
    missed >= 0 && missed <= LIMITS.recoveryEntries &&
    slice.entries.length === missed &&
    slice.entries.every(({ epoch, offset }, i) =>
      epoch === slice.epoch && offset === since.offset + 1 + i
    );
}

/** Reads what a person's client at `since`, or one that has nothing, needs. */
export async function recover(
  log: RoomLog,
  roomId: string,
  userId: string,
  since?: Position,
): Promise<Recovery> {
  const [missed, positions] = await Promise.all([
    recoverEntries(log, roomId, since),
    log.positions(userId, [roomId]),
  ]);
  return { ...missed, read: positions[roomId]?.read ?? 0 };
}

async function recoverEntries(
  log: RoomLog,
  roomId: string,
  since?: Position,
): Promise<Omit<Recovery, "read">> {
  if (since) {
    const slice = await log.read(
      roomId,
      since.offset,
      LIMITS.recoveryEntries + 1,
    );
    if (continues(since, slice)) {
      return { ...slice, recovered: true, messages: [] };
    }
  }
  const page = await log.page(roomId, { limit: WINDOW });
  return { ...page, recovered: false, entries: [] };
}

/** The JSON text of the `room-joined` frame. */
export function joinedText(
  roomId: string,
  recovery: Recovery,
  online: Sender[],
): string {
  const { entries, ...rest } = recovery;
  const fields = { event: "room-joined", roomId, ...rest, online };
  const frames = entries.map((entry) => frameText(roomId, entry));
  return `${JSON.stringify(fields).slice(0, -1)},"entries":[${
    frames.join(",")
  }]}`;
}
