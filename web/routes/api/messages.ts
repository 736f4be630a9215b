import { HistoryQuery, NewMessage } from "../../http/openapi/requests.ts";
import { readJson, readShape } from "../../http/requests/json.ts";
import { personOf } from "../../http/middleware/person.ts";
import { madeFrom } from "../../made-from.ts";
import { postMessage } from "../../voices/send.ts";
import { define } from "../../utils.ts";

export const handler = define.handlers({
  /** A page of a room's history, oldest first; without bounds the newest. */
  async GET(ctx) {
    const { services } = ctx.state;
    const me = personOf(ctx.state);
    const query = Object.fromEntries(ctx.url.searchParams);
    const { roomId, ...bounds } = readShape(query, HistoryQuery);
    const page = await services.realtime.history(me, roomId, bounds);
    const { messages, epoch, offset } = page;
    return Response.json({ messages, epoch, offset });
  },

  /** Sends a message: 201 with it as it is stored; sent again, the first one again. */
  async POST(ctx) {
    const { services } = ctx.state;
    const me = personOf(ctx.state);
    // What comes next of theirs is posted without all that has let this in: see own-posts.ts.
    madeFrom()?.admits(me);
    const { roomId, ...draft } = await readJson(ctx.req, NewMessage);
    const message = await postMessage(services, me, roomId, draft);
    return Response.json(message, { status: 201 });
  },
});
