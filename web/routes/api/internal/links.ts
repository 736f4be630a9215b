import { z } from "zod";
import { Buckets } from "../../../../realtime/common/buckets.ts";
import { readJson } from "../../../http/requests/json.ts";
import { calledFor } from "../../../http/requests/realtime-caller.ts";
import { enqueue, finishPreviewsSoon } from "../../../previews/queue.ts";
import { isMember } from "../../../rooms/rooms.ts";
import { isId } from "../../../rooms/store.ts";
import { define } from "../../../utils.ts";

const Linked = z.object({
  roomId: z.string().max(64),
  id: z.string().regex(/^[\w-]{1,64}$/),
});

/** Pages that one person has this server look up: a second, and at once. */
const RATE = 0.1, BURST = 30;
const asked = new Buckets();

export const handler = define.handlers({
  /**
   * A message may link to a page. Realtime says so, with the token of whoever wrote it; what the
   * message says is read from the room log, and never taken from here. Whatever cannot be looked up
   * is not: nobody waits for it.
   */
  async POST(ctx) {
    const { services } = ctx.state;
    const me = await calledFor(services, ctx.req);
    const done = new Response(null, { status: 204 });
    const { roomId, id } = await readJson(ctx.req, Linked);
    if (!services.config.linkPreviews || !isId(roomId)) return done;
    if (asked.take(me, RATE, BURST) > 0) return done;
    if (!await isMember(services, me, roomId)) return done;
    if (await enqueue(services, roomId, id, me)) finishPreviewsSoon(services);
    return done;
  },
});
