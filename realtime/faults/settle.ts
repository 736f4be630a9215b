import type { RecordingClient } from "./client.ts";

/** What is asked of a client here. */
export type Settling = Pick<RecordingClient, "offset" | "waiting"> & {
  readonly record: { readonly room: string };
  settledAt(offset: number): boolean;
};

/** How long is waited, in milliseconds. */
export interface Patience {
  /** For a client that sends or shows anything more. */
  stuck: number;
  /** In all. */
  longest: number;
  now(): number;
  sleep(ms: number): Promise<void>;
}

const PATIENCE: Patience = {
  stuck: 20_000,
  longest: 240_000,
  now: () => performance.now(),
  sleep: (ms) => Bun.sleep(ms),
};

/**
 * Waits until every client has sent everything, and shows all that its log has, or nothing has come
 * of any for a while. A machine that is busy with other things takes long, and breaks no promise.
 *
 * @param newest the offset of the newest entry of each room; it may reject while a store comes back.
 */
export async function settle(
  clients: Settling[],
  newest: () => Promise<Map<string, number>>,
  { stuck, longest, now, sleep }: Patience = PATIENCE,
): Promise<void> {
  const settled = async () => {
    const offsets = await newest();
    return clients.every((client) =>
      client.settledAt(offsets.get(client.record.room) ?? 0)
    );
  };
  const standing = () =>
    clients.map(({ offset, waiting }) => `${offset} ${waiting}`).join();
  const end = now() + longest;
  let before = standing();
  let until = now() + stuck;
  while (now() < Math.min(until, end)) {
    if (await settled().catch(() => false)) return;
    await sleep(500);
    const after = standing();
    if (after !== before) until = now() + stuck;
    before = after;
  }
}
