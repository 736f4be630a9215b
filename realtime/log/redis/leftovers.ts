import type { Leftover } from "../../protocol-http.ts";
import { attachmentsOf } from "../lines.ts";
import type { Client } from "./client.ts";
import { roomKey } from "./keys.ts";

/**
 * Rooms that may have leftovers, by the last time they may have got some. A script can only write to
 * the keys of its own room, so a room is noted here before the script runs. It stays noted for as long
 * as the script may take, even while nothing is found.
 */
const ROOMS = "chatsphere:leftovers";
/** Milliseconds: well over what a command may take, and clocks of other instances may be off. */
const MAY_STILL_COME = 120_000;

/** What one call finds, at most; and rooms that are looked at in one step. */
const MOST = 100;
const ROOMS_AT_ONCE = 50;

/** Notes that something may be left over in a room; must be done before it is. */
export async function expectLeftovers(
  client: Client,
  roomId: string,
): Promise<void> {
  await client.zadd(ROOMS, Date.now(), roomId);
}

/** Some leftovers, of the rooms that have waited longest. */
export async function findLeftovers(client: Client): Promise<Leftover[]> {
  const found: Leftover[] = [];
  for (let at = 0; found.length === 0;) {
    const last = at + ROOMS_AT_ONCE - 1;
    const noted = await client.zrange(ROOMS, `${at}`, `${last}`, "WITHSCORES");
    if (noted.length === 0) return [];
    for (let i = 0; i < noted.length && found.length < MOST; i += 2) {
      const roomId = noted[i] ?? "", since = noted[i + 1] ?? "";
      const key = roomKey(roomId, "leftovers");
      const receipts = await client.srandmember(key, MOST - found.length);
      for (const receipt of receipts) {
        found.push({ roomId, receipt, attached: attachmentsOf(receipt) });
      }
      const mayStillCome = Number(since) > Date.now() - MAY_STILL_COME;
      if (receipts.length > 0 || mayStillCome) at += 1;
      else await client.chatSettleRoom(1, ROOMS, roomId, since);
    }
  }
  return found;
}

/** Forgets leftovers that were taken. */
export async function forgetLeftovers(
  client: Client,
  leftovers: Pick<Leftover, "roomId" | "receipt">[],
): Promise<void> {
  for (const { roomId, receipt } of leftovers) {
    await client.srem(roomKey(roomId, "leftovers"), receipt);
  }
}
