import { z } from "zod";
import { personOf } from "../../../http/middleware/person.ts";
import { readJson } from "../../../http/requests/json.ts";
import { define } from "../../../utils.ts";

const Read = z.object({ offset: z.int().min(0) });

export const handler = define.handlers({
  /** The person has read up to an offset, as a notification of theirs says: 204. */
  async POST(ctx) {
    const me = personOf(ctx.state);
    const { offset } = await readJson(ctx.req, Read);
    await ctx.state.services.realtime.markRead(me, ctx.params.id, offset);
    return new Response(null, { status: 204 });
  },
});
