import { RoomChange } from "../../../../http/openapi/requests.ts";
import { readJson } from "../../../../http/requests/json.ts";
import { personOf } from "../../../../http/middleware/person.ts";
import { findRoom } from "../../../../rooms/rooms.ts";
import {
  archiveRoom,
  describeRoom,
  renameRoom,
} from "../../../../rooms/settings.ts";
import { define } from "../../../../utils.ts";

export const handler = define.handlers({
  /** Changes what is named of a room, as an admin of it; gives it as it is then. */
  async PATCH(ctx) {
    const { services: s } = ctx.state;
    const me = personOf(ctx.state);
    const { id } = ctx.params;
    const wanted = await readJson(ctx.req, RoomChange);
    const { name, description, archived } = wanted;
    // Brought back first, so that the rest can be changed.
    if (archived === false) await archiveRoom(s, me, id, false);
    if (name !== undefined) await renameRoom(s, me, id, name);
    if (description !== undefined) await describeRoom(s, me, id, description);
    if (archived === true) await archiveRoom(s, me, id, true);
    const { room, role } = await findRoom(s, me.id, id);
    return Response.json({ ...room, role });
  },
});
