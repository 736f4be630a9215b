import { personOf } from "../../../http/person.ts";
import { liveDocument } from "../../../http/live.tsx";
import { followRoom } from "../../../rooms/follow.ts";
import { findRoom } from "../../../rooms/rooms.ts";
import { define } from "../../../utils.ts";

/**
 * Live messages without JavaScript: an HTML document that never ends, shown in a frame of
 * the room's page. `?after=` is the offset of the last message that page shows.
 */
export const handler = define.handlers({
  async GET(ctx) {
    const { services, session } = ctx.state;
    const me = personOf(ctx.state);
    const { room } = await findRoom(services, me.id, ctx.params.id);
    const after = Number(ctx.url.searchParams.get("after")) || 0;
    const document = liveDocument(services, {
      room,
      me: me.id,
      sessionToken: session?.token ?? "",
      entries: (signal) =>
        ReadableStream.from(followRoom(services, me, room.id, after, signal)),
    });
    return new Response(document, {
      headers: {
        "content-type": "text/html; charset=utf-8",
        "cache-control": "private, no-store, no-transform",
        // Proxies that collect an answer before passing it on would show nothing.
        "x-accel-buffering": "no",
      },
    });
  },
});
