import { page } from "fresh";
import { LIMITS } from "../../../../realtime/protocol.ts";
import type { SearchPage } from "../../../../realtime/protocol-http.ts";
import { isBlank } from "../../../../realtime/text/visible.ts";
import { BackToRoom } from "../../../components/BackToRoom.tsx";
import { FormNotice } from "../../../components/FormNotice.tsx";
import { SearchResults } from "../../../components/SearchResults.tsx";
import { RoomSidebar } from "../../../components/RoomSidebar.tsx";
import { Title } from "../../../components/Title.tsx";
import { type Failure, failureOf } from "../../../http/requests/forms.ts";
import { clockOf } from "../../../http/requests/clock.ts";
import { personOf } from "../../../http/middleware/person.ts";
import { readBefore } from "../../../http/pages/room-page.ts";
import { loadRooms, type RoomEntry } from "../../../http/pages/room-list.ts";
import { findRoom } from "../../../rooms/rooms.ts";
import type { Room } from "../../../rooms/types.ts";
import type { Person } from "../../../services.ts";
import { define } from "../../../utils.ts";

/** Results on one page. */
const PAGE = 20;

interface Data {
  rooms: RoomEntry[];
  room: Room;
  me: Person;
  wanted: string;
  /** Undefined before the first search, and when it failed. */
  found?: SearchPage;
  failure?: Failure;
}

export const handler = define.handlers({
  async GET(ctx) {
    const { services, requestId } = ctx.state;
    const me = personOf(ctx.state);
    const { id } = ctx.params;
    const [{ room }, { rooms }] = await Promise.all([
      findRoom(services, me.id, id),
      loadRooms(services, me),
    ]);
    const wanted = (ctx.url.searchParams.get("q") ?? "").trim();
    // Whatever stands in an address is sent back no longer than it could be typed.
    const shown = wanted.slice(0, LIMITS.searchLength);
    const data: Data = { rooms, room, me, wanted: shown };
    if (isBlank(wanted)) return page(data);
    try {
      const before = readBefore(ctx.url);
      const query = { q: wanted, before, limit: PAGE };
      const found = await services.realtime.search(me, id, query);
      return page<Data>({ ...data, found });
    } catch (error) {
      const failure = failureOf(error, [], requestId);
      return page<Data>({ ...data, failure }, { status: failure.status });
    }
  },
});

export default define.page<typeof handler>(({ data, req }) => {
  const { rooms, room, me, wanted, found, failure } = data;
  const title = wanted ? `${wanted} in ${room.name}` : `Search ${room.name}`;
  return (
    <>
      <RoomSidebar rooms={rooms} current={room.id} about me={me} />
      <div class="column stack">
        <Title text={title} failed={Boolean(failure)} />
        <BackToRoom room={room} />
        <h1>Search</h1>
        <FormNotice failure={failure} />
        <form class="inline-form search-form" role="search">
          <label class="visually-hidden" for="q">
            Words in the messages of this room
          </label>
          <input
            class="input"
            type="search"
            id="q"
            name="q"
            dir="auto"
            required
            maxLength={LIMITS.searchLength}
            autocomplete="off"
            autofocus={!found}
            placeholder="Words in this room"
            value={wanted}
          />
          <button class="button" type="submit">Search</button>
        </form>
        {found && (
          <SearchResults
            roomId={room.id}
            wanted={wanted}
            page={found}
            clock={clockOf(req)}
          />
        )}
      </div>
    </>
  );
});
