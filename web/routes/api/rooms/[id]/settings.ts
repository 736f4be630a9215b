import { RoomChange } from "../../../../http/openapi/requests.ts";
import { readJson } from "../../../../http/requests/json.ts";
import { personOf } from "../../../../http/middleware/person.ts";
import { findRoom } from "../../../../rooms/rooms.ts";
import { changeRoom } from "../../../../rooms/settings.ts";
import { define } from "../../../../utils.ts";

export const handler = define.handlers({
  /** Changes what is named of a room, as an admin of it; gives it as it is then. */
  async PATCH(ctx) {
    const { services: s } = ctx.state;
    const me = personOf(ctx.state);
    const { id } = ctx.params;
    const wanted = await readJson(ctx.req, RoomChange);
    await changeRoom(s, me, id, wanted);
    const { room, role } = await findRoom(s, me.id, id);
    return Response.json({ ...room, role });
  },
});
