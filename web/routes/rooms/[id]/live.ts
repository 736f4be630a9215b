import { findSession } from "../../../accounts/sessions.ts";
import { clockOf } from "../../../http/requests/clock.ts";
import { personOf } from "../../../http/middleware/person.ts";
import { liveDocument } from "../../../http/pages/live.tsx";
import { followRoom } from "../../../rooms/follow.ts";
import { roomHues } from "../../../rooms/roster.ts";
import { toAppError } from "../../../errors.ts";
import { log } from "../../../log.ts";
import { findRoom } from "../../../rooms/rooms.ts";
import type { Person, Services } from "../../../services.ts";
import { define } from "../../../utils.ts";

function readAfter({ searchParams }: URL): number | undefined {
  if (!searchParams.has("after")) return undefined;
  return Number(searchParams.get("after")) || 0;
}

/** Notes what was read. The next entry, or visit, does it again. */
async function noteRead(
  s: Services,
  me: Person,
  roomId: string,
  offset: number,
): Promise<void> {
  try {
    await s.realtime.markRead(me, roomId, offset);
  } catch (error) {
    log("warn", "read-not-noted", { code: toAppError(error).code, error });
  }
}

/** Whether somebody looks at the document: it is no prefetch, and no script asks for it. */
function isWatched({ headers }: Request): boolean {
  const isAhead = headers.has("sec-purpose") || headers.has("purpose");
  const into = headers.get("sec-fetch-dest") ?? "iframe";
  return !isAhead && ["iframe", "document"].includes(into);
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
    const isSeen = isWatched(ctx.req);
    const document = liveDocument(services, {
      after,
      onSeen: async (offset) => {
        if (isSeen) await noteRead(services, me, room.id, offset);
      },
      room,
      me: me.id,
      sessionToken,
      clock: clockOf(ctx.req),
      hues: await roomHues(services, room.id),
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
