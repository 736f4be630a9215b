/** Takes back from devices what was read on another one. */
import { sha256 } from "../accounts/secrets.ts";
import type { Services } from "../services.ts";
import { devicesOf } from "./devices.ts";
import { keys, type Notice } from "./store.ts";

type CloseServices = Pick<Services, "kv" | "push" | "realtime">;

/** People and rooms of one call. */
const MOST = 100;

async function close(
  s: CloseServices,
  roomId: string,
  accountId: string,
): Promise<void> {
  const shown: Deno.KvEntry<Notice>[] = [];
  for await (
    const entry of s.kv.list<Notice>({ prefix: keys.notices(accountId) })
  ) {
    const { value } = entry;
    const isShown = value.roomId === roomId && value.sent.length > 0 &&
      !value.closed;
    if (isShown) shown.push(entry);
  }
  if (shown.length === 0) return;
  const positions = await s.realtime.positions(roomId, [accountId]);
  const read = positions[accountId] ?? 0;
  const gone = shown.filter(({ value }) => value.offset <= read);
  // What one room says to a device that sleeps does not replace what another does.
  const topic = (await sha256(`read ${roomId}`)).slice(0, 32);
  const sent = new Set(gone.flatMap(({ value }) => value.sent));
  for (const device of await devicesOf(s, accountId)) {
    if (!sent.has(device.id)) continue;
    const text = JSON.stringify({ kind: "read", roomId, offset: read });
    // It does no harm where it is lost: what is shown stays until it is touched.
    await s.push.send(device, text, topic);
  }
  for (const entry of gone) {
    await s.kv.atomic().check(entry)
      .set(entry.key, { ...entry.value, closed: true }, {
        expireIn: Math.max(1, entry.value.at + 7 * 86_400_000 - Date.now()),
      }).commit();
  }
}

/** Looks at people who have read on; how far is asked of realtime. */
export async function closeRead(
  s: CloseServices,
  reads: [roomId: string, userId: string][],
): Promise<void> {
  for (const [roomId, userId] of reads.slice(0, MOST)) {
    await close(s, roomId, userId);
  }
}
