import { page } from "fresh";
import type { HistoryPage } from "../../../../realtime/protocol-http.ts";
import type { Clock } from "../../../client/drawn/times.ts";
import { Conversation } from "../../../components/Conversation.tsx";
import { Icon } from "../../../components/Icon.tsx";
import { Notice } from "../../../components/Notice.tsx";
import { RoomSidebar } from "../../../components/RoomSidebar.tsx";
import { Title } from "../../../components/Title.tsx";
import { personOf } from "../../../http/middleware/person.ts";
import {
  loadRooms,
  type RoomEntry,
  unlessDown,
} from "../../../http/pages/room-list.ts";
import { readBefore } from "../../../http/pages/room-page.ts";
import { clockOf } from "../../../http/requests/clock.ts";
import { roomHues } from "../../../rooms/roster.ts";
import { findRoom } from "../../../rooms/rooms.ts";
import type { Room } from "../../../rooms/types.ts";
import type { Person } from "../../../services.ts";
import { define } from "../../../utils.ts";

/** Messages on a page. */
const PAGE = 50;

interface Data {
  rooms: RoomEntry[];
  room: Room;
  me: Person;
  /** Null: realtime is down. */
  history: HistoryPage | null;
  /** These are not the newest. */
  isPart: boolean;
  clock: Clock;
  hues: Record<string, number>;
}

/** An archived room, to be read. Reading the newest is reading it all, as on the live page. */
export const handler = define.handlers({
  async GET(ctx) {
    const { services: s } = ctx.state;
    const me = personOf(ctx.state);
    const { id } = ctx.params;
    const { room } = await findRoom(s, me.id, id);
    if (room.archivedAt === undefined) {
      return ctx.redirect(`/rooms/${room.id}`, 303);
    }
    const before = readBefore(ctx.url);
    const [{ rooms }, history, hues] = await Promise.all([
      loadRooms(s, me),
      unlessDown(s.realtime.history(me, id, { before, limit: PAGE })),
      roomHues(s, id),
    ]);
    const isPart = before !== undefined;
    if (history && !isPart && ctx.req.method === "GET") {
      await unlessDown(s.realtime.markRead(me, id, history.offset));
    }
    const clock = clockOf(ctx.req);
    return page<Data>({ rooms, room, me, history, isPart, clock, hues });
  },
});

export default define.page<typeof handler>(({ data }) => {
  const { rooms, room, me, history, isPart, clock, hues } = data;
  const messages = history?.messages ?? [];
  const first = messages[0]?.offset ?? 1;
  return (
    <>
      <RoomSidebar rooms={rooms} current={room.id} me={me} />
      <div class="column stack">
        <Title text={room.name} />
        <p>
          <a class="back" href="/rooms" aria-current="false">
            <Icon name="arrow-left" size={18} /> All rooms
          </a>
        </p>
        <h1>
          <bdi>{room.name}</bdi>
        </h1>
        {room.description && <p dir="auto">{room.description}</p>}
        <Notice icon="clock">
          This room is archived: it can be read, and nothing can be added. An
          admin can bring it back.
        </Notice>
        <p class="actions">
          <a class="button button-quiet" href={`/rooms/${room.id}/search`}>
            Search
          </a>
          <a class="button button-quiet" href={`/rooms/${room.id}/files`}>
            Files
          </a>
          <a class="button button-quiet" href={`/rooms/${room.id}/members`}>
            Members
          </a>
        </p>
        {!history && (
          <Notice icon="offline">
            Messages are unavailable at the moment. Nothing is lost.
          </Notice>
        )}
        {history && messages.length === 0 && <p>There are no messages.</p>}
        {first > 1 && (
          <p>
            <a href={`?before=${first}`} aria-current="false">Older messages</a>
          </p>
        )}
        {messages.length > 0 && (
          <Conversation
            roomId={room.id}
            messages={messages}
            me={me}
            clock={clock}
            hues={hues}
          />
        )}
        {isPart && (
          <p>
            <a href={`/rooms/${room.id}/archive`} aria-current="false">
              Newest messages
            </a>
          </p>
        )}
      </div>
    </>
  );
});
