import { Cluster } from "ioredis";
import { type Entry, entryOrigin } from "../entry.ts";
import { StoreError } from "../log.ts";
import { roomKey } from "./batch.ts";
import { type Client, toEntry } from "./client.ts";

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

/** Removes entries older than a time from every room, but each room's newest. */
export async function trimRooms(
  client: Client,
  before: number,
): Promise<number> {
  let total = 0;
  for await (const roomId of listRooms(client)) {
    let trimmed: number;
    do {
      trimmed = await trimSlice(client, roomId, before);
      total += trimmed;
    } while (trimmed > 0);
  }
  return total;
}

async function trimSlice(client: Client, roomId: string, before: number) {
  const key = (name: string) => roomKey(roomId, name);
  const [log, erased] = [key("log"), key("erased")];
  const [, newest, found] = await client.chatRead(
    3,
    log,
    key("meta"),
    erased,
    Date.now(),
    0,
    SLICE,
  );
  const sent: string[] = [];
  for (const item of found) {
    const entry = toEntry(item);
    const { clientId, sender, timestamp } = entryOrigin(entry);
    if (timestamp >= before || entry.offset >= Number(newest)) break;
    sent.push(`${sender.id} ${clientId}`);
  }
  if (!found[0] || sent.length === 0) return 0;
  const keys = [log, key("meta"), key("amends"), erased];
  const { offset } = toEntry(found[0]);
  return client.chatTrim(keys.length, ...keys, offset, ...sent);
}

const PARTS = ["log", "meta", "amends", "erased", "reads"];

/** Removes a room and all it has. */
export async function deleteRoom(
  client: Client,
  roomId: string,
): Promise<void> {
  await client.unlink(...PARTS.map((name) => roomKey(roomId, name)));
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
    const parts = PARTS.map((name) => roomKey(roomId, name));
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

function restoreArguments({ epoch, offset, kind, body }: Entry) {
  const entry = { epoch, offset, kind, body };
  const { clientId, sender, target } = entryOrigin(entry);
  return [
    `${offset}-${epoch}`,
    kind,
    `${sender.id} ${clientId}`,
    offset,
    target ?? "",
    body,
  ];
}
