import type { Shedding } from "../connections/shedding.ts";
import type { Hub } from "../rooms/hub.ts";
import type { Snapshot } from "./metrics.ts";

/** Milliseconds the store has to answer. */
const STORE_PATIENCE = 1_000;

/** How an instance is now, in numbers. */
export async function snapshotOf(
  hub: Hub,
  shedding: Shedding,
): Promise<Snapshot> {
  let inbox = 0;
  for (const connection of hub.connections) inbox += connection.waiting;
  return {
    connections: hub.connections.size,
    streams: hub.streams.size,
    roomsOpen: hub.openRooms,
    queues: {
      inbox,
      publish: hub.publishQueue.waiting,
      store: hub.log.pending,
    },
    refusing: {
      connections: shedding.refusesConnections,
      messages: shedding.refusesMessages,
    },
    storeUp: await isUp(hub),
  };
}

async function isUp({ log }: Hub): Promise<boolean> {
  const answers = log.ping().then(() => true, () => false);
  const tooLate = Bun.sleep(STORE_PATIENCE).then(() => false);
  return await Promise.race([answers, tooLate]);
}
