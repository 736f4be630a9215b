import { clockOf } from "../http/requests/clock.ts";
import { loadRooms } from "../http/pages/room-list.ts";
import {
  REFRESH,
  roomsFrame,
  signedOutFrame,
} from "../http/pages/rooms-frame.tsx";
import { define } from "../utils.ts";

const HEADERS = {
  "content-type": "text/html; charset=utf-8",
  "cache-control": "private, no-store",
};

/** The list of rooms without JavaScript: what is new, in a frame that loads itself again. */
export const handler = define.handlers({
  async GET(ctx) {
    const { services, account } = ctx.state;
    if (!account) {
      return new Response(signedOutFrame(), { status: 401, headers: HEADERS });
    }
    const list = await loadRooms(services, account);
    const after = Number(ctx.url.searchParams.get("after")) || 0;
    const clock = clockOf(ctx.req);
    return new Response(roomsFrame(list, after, account.id, clock), {
      headers: { ...HEADERS, refresh: String(REFRESH) },
    });
  },
});
