import { Joining, OpenRoomsQuery } from "../../http/openapi/requests.ts";
import { readJson, readShape } from "../../http/requests/json.ts";
import { personOf } from "../../http/middleware/person.ts";
import { findOpenRooms, joinOpenRoom } from "../../rooms/open-rooms.ts";
import { define } from "../../utils.ts";

export const handler = define.handlers({
  /** The rooms anyone here can join, by name, a page at a time. */
  async GET(ctx) {
    const me = personOf(ctx.state);
    const asked = Object.fromEntries(ctx.url.searchParams);
    const query = readShape(asked, OpenRoomsQuery);
    return Response.json(await findOpenRooms(ctx.state.services, me, query));
  },

  /** Joins one; once more changes nothing. */
  async POST(ctx) {
    const me = personOf(ctx.state);
    const { roomId } = await readJson(ctx.req, Joining);
    const { id, name } = await joinOpenRoom(ctx.state.services, me, roomId);
    return Response.json({ id, name });
  },
});
