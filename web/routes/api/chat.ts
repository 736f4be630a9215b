import { NewRoom, RoomQuery } from "../../http/openapi/requests.ts";
import { readJson, readShape } from "../../http/requests/json.ts";
import { personOf } from "../../http/middleware/person.ts";
import { loadRooms } from "../../http/pages/room-list.ts";
import { createRoomWith } from "../../rooms/create-with.ts";
import { listMembers } from "../../rooms/members.ts";
import { findRoom, listRooms } from "../../rooms/rooms.ts";
import { define } from "../../utils.ts";

export const handler = define.handlers({
  /**
   * My rooms with their last messages, or with `?names=true` their names alone; with `?chatId=` one
   * room with its members.
   */
  async GET(ctx) {
    const { services } = ctx.state;
    const me = personOf(ctx.state);
    const query = Object.fromEntries(ctx.url.searchParams);
    const { chatId: roomId, names } = readShape(query, RoomQuery);
    if (roomId === undefined && names) {
      const all = await listRooms(services, me.id);
      return Response.json({
        rooms: all.map(({ id, name }) => ({ id, name })),
      });
    }
    if (roomId === undefined) {
      const { rooms } = await loadRooms(services, me, 1, Infinity);
      return Response.json({ rooms });
    }
    const [{ room, role }, members] = await Promise.all([
      findRoom(services, me.id, roomId),
      listMembers(services, me.id, roomId),
    ]);
    return Response.json({ ...room, role, members });
  },

  /** Makes a room and invites people: 201, with those who could not be invited, if any. */
  async POST(ctx) {
    const me = personOf(ctx.state);
    const { emails = [], ...plan } = await readJson(ctx.req, NewRoom);
    const { room, uninvited } = await createRoomWith(
      ctx.state.services,
      me,
      plan,
      emails,
    );
    const problems = uninvited.length > 0 ? { uninvited } : {};
    return Response.json({ id: room.id, name: room.name, ...problems }, {
      status: 201,
    });
  },
});
