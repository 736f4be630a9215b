import type { Alert } from "../../protocol-http.ts";
import { ALERT_HELD, ALERTS_AT_ONCE } from "../log.ts";
import type { Client } from "./client.ts";

/** Sorted set: rooms in which somebody may have to be told of something, by when that was noted. */
const ROOMS = "chatsphere:alerts";

/** Notes a room. */
export async function noteAlert(client: Client, roomId: string): Promise<void> {
  await client.zadd(ROOMS, Date.now(), roomId);
}

/** Those that were noted first. */
export async function findAlerts(client: Client): Promise<Alert[]> {
  const last = ALERTS_AT_ONCE - 1;
  const noted = await client.zrange(ROOMS, "0", `${last}`, "WITHSCORES");
  const alerts: Alert[] = [];
  for (let i = 0; i + 1 < noted.length; i += 2) {
    alerts.push({ roomId: noted[i] ?? "", receipt: noted[i + 1] ?? "" });
  }
  return alerts;
}

/** Forgets alerts that were not noted again, nor a moment ago. */
export async function forgetAlerts(
  client: Client,
  alerts: Alert[],
): Promise<void> {
  const old = Date.now() - ALERT_HELD;
  for (const { roomId, receipt } of alerts) {
    if (!(Number(receipt) < old)) continue;
    await client.chatSettleRoom(1, ROOMS, roomId, receipt);
  }
}
