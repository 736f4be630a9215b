import { createHash } from "node:crypto";
import type { Removal } from "../../realtime/protocol-http.ts";
import type { Position } from "../../realtime/protocol.ts";
import type { Services } from "../services.ts";
import { addEvent, idAt } from "./events.ts";

/** Always the same one for a message, so that it is noted once, however often it is told of. */
function idOf(roomId: string, { id, timestamp }: Removal): string {
  const hash = createHash("sha256").update(`${roomId} ${id}`).digest("hex");
  return `${idAt(timestamp)}-0000-${hash.slice(0, 32)}`;
}

/** Notes that an admin deleted what somebody else had written. */
export async function noteRemoval(
  { kv }: Pick<Services, "kv">,
  roomId: string,
  removal: Removal,
): Promise<void> {
  const { by: who, sender: whom, timestamp: at } = removal;
  const event = { kind: "message-deleted" as const, at, who, whom, roomId };
  await addEvent(kv.atomic(), idOf(roomId, removal), event).commit();
}

/**
 * Notes what admins deleted in a room after a position: of a room that is about to go, as nobody
 * collects there any more.
 */
export async function noteLastRemovals(
  s: Pick<Services, "kv" | "realtime">,
  roomId: string,
  from: Position | null,
): Promise<void> {
  for (let after = from, more = true; more;) {
    const page = await s.realtime.alertPage(roomId, after);
    for (const removal of page.removals ?? []) {
      await noteRemoval(s, roomId, removal);
    }
    after = { epoch: page.epoch, offset: page.offset };
    more = page.more;
  }
}
