import { HttpError, page } from "fresh";
import type { Message } from "../../../../../realtime/protocol.ts";
import { BackToRoom } from "../../../../components/BackToRoom.tsx";
import type { Clock } from "../../../../client/drawn/times.ts";
import { Conversation } from "../../../../components/Conversation.tsx";
import { RoomSidebar } from "../../../../components/RoomSidebar.tsx";
import { Title } from "../../../../components/Title.tsx";
import { clockOf } from "../../../../http/requests/clock.ts";
import { personOf } from "../../../../http/middleware/person.ts";
import { loadRooms, type RoomEntry } from "../../../../http/pages/room-list.ts";
import { roomHues } from "../../../../rooms/roster.ts";
import { findRoom } from "../../../../rooms/rooms.ts";
import type { Room } from "../../../../rooms/types.ts";
import type { Person } from "../../../../services.ts";
import { define } from "../../../../utils.ts";

/** Log entries shown after the one in the address, and messages in all. */
const AFTER = 20;
const PAGE = 40;

interface Data {
  rooms: RoomEntry[];
  room: Room;
  me: Person;
  messages: Message[];
  clock: Clock;
  hues: Record<string, number>;
}

/**
 * A message among its neighbours: where a search leads to. The address names the message in
 * its fragment, which the browser scrolls to and the stylesheet marks.
 */
export const handler = define.handlers({
  async GET(ctx) {
    const { services } = ctx.state;
    const me = personOf(ctx.state);
    const { id } = ctx.params;
    const [{ room }, { rooms }] = await Promise.all([
      findRoom(services, me.id, id),
      loadRooms(services, me),
    ]);
    if (!/^\d{1,15}$/.test(ctx.params.offset)) throw new HttpError(404);
    const offset = Number(ctx.params.offset);
    const hues = await roomHues(services, id);
    const { messages } = await services.realtime.history(me, id, {
      before: offset + AFTER + 1,
      limit: PAGE,
    });
    return page<Data>({
      rooms,
      room,
      me,
      messages,
      clock: clockOf(ctx.req),
      hues,
    });
  },
});

export default define.page<typeof handler>(({ data }) => {
  const { rooms, room, me, messages, clock, hues } = data;
  return (
    <>
      <RoomSidebar rooms={rooms} current={room.id} about me={me} />
      <div class="column stack">
        <Title text={`Earlier in ${room.name}`} />
        <BackToRoom room={room} />
        <h1>Earlier</h1>
        {messages.length === 0
          ? <p>There are no messages here.</p>
          : (
            <Conversation
              roomId={room.id}
              messages={messages}
              me={me}
              clock={clock}
              hues={hues}
            />
          )}
        <p class="actions">
          <a class="button" href={`/rooms/${room.id}`}>
            Go to the newest messages
          </a>
        </p>
      </div>
    </>
  );
});
