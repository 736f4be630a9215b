/** Takes back from devices what was read on another one. */
import { sha256 } from "../accounts/secrets.ts";
import { log } from "../log.ts";
import type { Services } from "../services.ts";
import { finishFirst } from "../shutdown.ts";
import { devicesOf } from "./devices.ts";
import { keys, type Shown } from "./store.ts";

type CloseServices = Pick<Services, "kv" | "push" | "realtime">;

async function close(
  s: CloseServices,
  roomId: string,
  accountId: string,
): Promise<void> {
  const prefix = keys.shownIn(accountId, roomId);
  const shown = await Array.fromAsync(s.kv.list<Shown>({ prefix }));
  if (shown.length === 0) return;
  const positions = await s.realtime.positions(roomId, [accountId]);
  const read = positions[accountId] ?? 0;
  const gone = shown.filter(({ value }) => value.offset <= read);
  const ids = new Set(gone.flatMap(({ value }) => value.devices));
  const devices = (await devicesOf(s, accountId))
    .filter(({ id }) => ids.has(id));
  // What one room says to a device that sleeps does not replace what another does.
  const topic = (await sha256(`read ${roomId}`)).slice(0, 32);
  const text = JSON.stringify({ kind: "read", roomId, offset: read });
  // It does no harm where it is lost: what is shown stays until it is touched.
  await Promise.all(devices.map((it) => s.push.send(it, text, topic)));
  for (const entry of gone) {
    await s.kv.atomic().check(entry).delete(entry.key).commit();
  }
}

/** Looks at people who have read on; how far is asked of realtime. */
export async function closeRead(
  s: CloseServices,
  reads: [roomId: string, userId: string][],
): Promise<void> {
  const each = new Map(reads.map((read) => [read.join(" "), read]));
  for (const [roomId, userId] of each.values()) {
    await close(s, roomId, userId);
  }
}

/** The same, in a while: a push service that hangs holds up nobody. */
export function closeReadSoon(...of: Parameters<typeof closeRead>): void {
  finishFirst(
    closeRead(...of).catch((error) =>
      log("warn", "notices-not-closed", { error })
    ),
  );
}
