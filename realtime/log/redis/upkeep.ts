import { Cluster } from "ioredis";
import type { Entry } from "../entry.ts";
import { entryOrigin, lineOf } from "../lines.ts";
import { leftoverOf } from "../shedding.ts";
import { StoreError } from "../log.ts";
import { type Client, toEntry } from "./client.ts";
import { roomKey, roomKeys } from "./keys.ts";
import { expectLeftovers } from "./leftovers.ts";

/** Entries handled in one call: a longer one would hold up everyone else. */
const SLICE = 200;

/** The ids of all rooms, on all nodes. */
export async function* listRooms(client: Client): AsyncIterable<string> {
  const nodes = client instanceof Cluster ? client.nodes("master") : [client];
  for (const node of nodes) {
    const scan = node.scanStream({ match: "chatsphere:{*}:meta", count: 500 });
    for await (const keys of scan) {
      for (const key of keys as string[]) {
        yield key.slice("chatsphere:{".length, -"}:meta".length);
      }
    }
  }
}

/**
 * Removes entries older than a time from every room, but each room's newest.
 *
 * @param trimmed is told of each room that lost some.
 */
export async function trimRooms(
  client: Client,
  before: number,
  trimmed: (roomId: string) => void,
): Promise<number> {
  let total = 0;
  for await (const roomId of listRooms(client)) {
    let count: number;
    do {
      count = await trimSlice(client, roomId, before);
      total += count;
      if (count > 0) trimmed(roomId);
    } while (count > 0);
  }
  return total;
}

async function trimSlice(client: Client, roomId: string, before: number) {
  const [, newest, found] = await client.chatRead(
    3,
    ...roomKeys(roomId, "log", "meta", "erased"),
    Date.now(),
    0,
    SLICE,
  );
  const entries = found.map(toEntry);
  const going: string[] = [];
  for (const entry of entries) {
    const { clientId, sender, timestamp } = entryOrigin(entry);
    if (timestamp >= before || entry.offset >= Number(newest)) break;
    going.push(`${sender.id} ${clientId}`, leftoverOf(entry));
  }
  const [first] = entries;
  if (!first || going.length === 0) return 0;
  if (entries.some((entry) => leftoverOf(entry) !== "")) {
    await expectLeftovers(client, roomId);
  }
  const names = ["log", "meta", "amends", "erased", "leftovers"];
  const keys = roomKeys(roomId, ...names);
  return client.chatTrim(keys.length, ...keys, first.offset, ...going);
}

const PARTS = ["log", "meta", "amends", "erased", "reads"];

/** Removes a room and all it has. */
export async function deleteRoom(
  client: Client,
  roomId: string,
): Promise<void> {
  await client.unlink(...roomKeys(roomId, ...PARTS));
}

/**
 * Puts a room back, in a new epoch: all of it at once, or nothing. It is filled under other
 * names first, as somebody may write to the room meanwhile.
 */
export async function restoreRoom(
  client: Client,
  roomId: string,
  entries: Entry[],
  reads: Record<string, number>,
): Promise<void> {
  const key = (name: string) => roomKey(roomId, `restored-${name}`);
  const filled = PARTS.map(key);
  // Of a restore that was cut off.
  await client.unlink(...filled);
  try {
    await fillRoom(client, key, entries, reads);
    const parts = roomKeys(roomId, ...PARTS);
    if (!await client.chatPutBack(PARTS.length * 2, ...filled, ...parts)) {
      throw new StoreError(`${roomId} is not empty.`);
    }
  } finally {
    await client.unlink(...filled);
  }
}

async function fillRoom(
  client: Client,
  key: (name: string) => string,
  entries: Entry[],
  reads: Record<string, number>,
): Promise<void> {
  const keys = [key("log"), key("meta"), key("amends")];
  for (let i = 0; i < entries.length; i += SLICE) {
    const args = entries.slice(i, i + SLICE).flatMap(restoreArguments);
    await client.chatRestore(3, ...keys, ...args);
  }
  const epochs = entries.map(({ epoch }) => Number(epoch) + 1);
  const epoch = Math.max(Date.now(), epochs.at(-1) ?? 0);
  const offset = entries.at(-1)?.offset ?? 0;
  await client.hset(key("meta"), { epoch, offset });
  if (Object.keys(reads).length > 0) await client.hset(key("reads"), reads);
}

function restoreArguments(entry: Entry) {
  const { clientId, sender, target } = entryOrigin(entry);
  return [
    `${entry.offset}-${entry.epoch}`,
    entry.kind,
    `${sender.id} ${clientId}`,
    entry.offset,
    target ?? "",
    lineOf(entry),
  ];
}
