import { findSession } from "../../../accounts/sessions.ts";
import { clockOf } from "../../../http/clock.ts";
import { personOf } from "../../../http/person.ts";
import { liveDocument } from "../../../http/live.tsx";
import { followRoom } from "../../../rooms/follow.ts";
import { findRoom } from "../../../rooms/rooms.ts";
import { define } from "../../../utils.ts";

function readAfter({ searchParams }: URL): number | undefined {
  if (!searchParams.has("after")) return undefined;
  return Number(searchParams.get("after")) || 0;
}

const HEADERS = {
  "content-type": "text/html; charset=utf-8",
  "cache-control": "private, no-store, no-transform",
  // Proxies that collect an answer before passing it on would show nothing.
  "x-accel-buffering": "no",
};

/**
 * Live messages without JavaScript: an HTML document that never ends, shown in a frame of
 * the room's page. `?after=` is the offset of the last message that page shows; without it,
 * because messages could not be reached, the newest come first.
 */
export const handler = define.handlers({
  async GET(ctx) {
    const { services, session } = ctx.state;
    const me = personOf(ctx.state);
    const { room } = await findRoom(services, me.id, ctx.params.id);
    const after = readAfter(ctx.url);
    const sessionToken = session?.token ?? "";
    const isSignedIn = async () =>
      await findSession(services, sessionToken) !== null;
    const document = liveDocument(services, {
      room,
      me: me.id,
      sessionToken,
      clock: clockOf(ctx.req),
      entries: (signal) =>
        ReadableStream.from(
          followRoom(services, me, room.id, { after, signal, isSignedIn }),
        ),
    });
    return new Response(document, { headers: HEADERS });
  },

  /** Opens nothing: Fresh drops the body of GET without ending it, and this one never ends. */
  async HEAD(ctx) {
    const { id } = personOf(ctx.state);
    await findRoom(ctx.state.services, id, ctx.params.id);
    return new Response(null, { headers: HEADERS });
  },
});
