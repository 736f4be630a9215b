import { z } from "zod";
import { takeRate } from "../../../access/rates.ts";
import { readJson } from "../../../http/requests/json.ts";
import { enqueue, finishPreviewsSoon } from "../../../previews/queue.ts";
import { isMember } from "../../../rooms/rooms.ts";
import { isId } from "../../../rooms/store.ts";
import { define } from "../../../utils.ts";

const Linked = z.object({
  roomId: z.string().max(64),
  id: z.string().regex(/^[\w-]{1,64}$/),
});

export const handler = define.handlers({
  /**
   * A message may link to a page. Realtime says so, with the token of whoever wrote it; what the
   * message says is read from the room log, and never taken from here. Whatever cannot be looked up
   * is not: nobody waits for it.
   */
  async POST(ctx) {
    const { services, askedFor: me = "" } = ctx.state;
    const done = new Response(null, { status: 204 });
    const { roomId, id } = await readJson(ctx.req, Linked);
    if (!services.config.linkPreviews || !isId(roomId)) return done;
    if (takeRate(services, "links", me) > 0) return done;
    if (!await isMember(services, me, roomId)) return done;
    if (await enqueue(services, roomId, id, me)) finishPreviewsSoon(services);
    return done;
  },
});
