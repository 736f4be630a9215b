import { Cluster } from "ioredis";
import { type RenamedSlice, StoreError } from "../log.ts";
import type { Client } from "./client.ts";
import { roomKeys } from "./keys.ts";

/** Keys looked at for rooms in one step; a room has up to five. */
const SCAN_STEP = 500;
/** Rooms worked on at a time, and places of a room's stream in one call. */
const ROOMS = 25;
const PLACES = 16;

/** How far a renaming has come, over all nodes. */
interface Progress {
  node: number;
  /** Of SCAN, on that node; null when it has told of all its rooms. */
  cursor: string | null;
  /** Rooms that are not done with, and the offset to go on from. */
  rooms: [roomId: string, from: number][];
}

/**
 * Puts a name in place of a person's in a part of all rooms, and takes out what was attached. What has
 * been done stands in what it resolves to, so that it goes on after a restart, and on another instance.
 */
export async function renameSlice(
  client: Client,
  userId: string,
  name: string,
  after?: string,
): Promise<RenamedSlice> {
  const progress = after === undefined ? beginning() : parse(after);
  if (progress.rooms.length === 0) return await findRooms(client, progress);
  const now = progress.rooms.slice(0, ROOMS);
  const next = await Promise.all(now.map(async ([roomId, from]) => {
    const keys = roomKeys(roomId, "log", "erased");
    const inJson = JSON.stringify(userId);
    const who = [userId, inJson, name];
    return await client.chatRename(2, ...keys, ...who, from, PLACES);
  }));
  const left = now.flatMap(([roomId], i): Progress["rooms"] => {
    const from = next[i]?.[0] ?? 0;
    return from > 0 ? [[roomId, from]] : [];
  });
  const rooms = [...left, ...progress.rooms.slice(ROOMS)];
  const shed = now.flatMap(([roomId], i) => {
    const [, ...ids] = next[i] ?? [];
    return ids.map((id) => ({ roomId, id }));
  });
  return { after: JSON.stringify({ ...progress, rooms }), shed };
}

const beginning = (): Progress => ({ node: 0, cursor: "0", rooms: [] });

/** @throws {StoreError} for what no renaming said. */
function parse(after: string): Progress {
  try {
    return JSON.parse(after) as Progress;
  } catch (cause) {
    throw new StoreError("This is no place to go on from.", { cause });
  }
}

/** Takes the next step through the names of all keys. */
async function findRooms(
  client: Client,
  { node, cursor }: Progress,
): Promise<RenamedSlice> {
  const nodes = client instanceof Cluster ? client.nodes("master") : [client];
  const at = nodes[node];
  if (!at) return {};
  if (cursor === null) {
    return {
      after: JSON.stringify({ ...beginning(), node: node + 1 }),
    };
  }
  const pattern = "chatsphere:{*}:meta";
  const [next, keys] = await at
    .scan(cursor, "MATCH", pattern, "COUNT", SCAN_STEP);
  const rooms = keys.map((key): [string, number] => [
    key.slice("chatsphere:{".length, -"}:meta".length),
    0,
  ]);
  const done = next === "0" ? null : next;
  return { after: JSON.stringify({ node, cursor: done, rooms }) };
}
