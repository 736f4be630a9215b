import { page } from "fresh";
import { BackToRoom } from "../../../components/BackToRoom.tsx";
import { FormNotice } from "../../../components/FormNotice.tsx";
import { RoomSidebar } from "../../../components/RoomSidebar.tsx";
import { SearchForm, SearchHelp } from "../../../components/SearchForm.tsx";
import { SearchResults } from "../../../components/SearchResults.tsx";
import { Title } from "../../../components/Title.tsx";
import { personOf } from "../../../http/middleware/person.ts";
import { loadRooms, type RoomEntry } from "../../../http/pages/room-list.ts";
import { type Searched, searchPage } from "../../../http/pages/search-page.ts";
import { clockOf } from "../../../http/requests/clock.ts";
import { findRoom } from "../../../rooms/rooms.ts";
import type { Room } from "../../../rooms/types.ts";
import type { Person } from "../../../services.ts";
import { define } from "../../../utils.ts";

interface Data extends Searched {
  rooms: RoomEntry[];
  room: Room;
  me: Person;
}

/** A search in one room. */
export const handler = define.handlers({
  async GET(ctx) {
    const { services, requestId } = ctx.state;
    const me = personOf(ctx.state);
    const { id } = ctx.params;
    const [{ room }, { rooms }] = await Promise.all([
      findRoom(services, me.id, id),
      loadRooms(services, me),
    ]);
    const { url, req } = ctx;
    const searched = await searchPage(
      services,
      me,
      { url, req, requestId },
      id,
    );
    const status = searched.failure?.status ?? 200;
    return page<Data>({ rooms, room, me, ...searched }, { status });
  },
});

export default define.page<typeof handler>(({ data, req }) => {
  const { rooms, room, me, wanted, found, failure } = data;
  const { typed } = wanted;
  const everywhere = new URLSearchParams({ q: typed });
  return (
    <>
      <RoomSidebar rooms={rooms} current={room.id} about me={me} />
      <div class="column stack">
        <Title
          text={typed ? `${typed} in ${room.name}` : `Search ${room.name}`}
          failed={Boolean(failure)}
        />
        <BackToRoom room={room} />
        <h1>Search</h1>
        <FormNotice failure={failure} />
        <SearchForm
          label="Words in the messages of this room"
          placeholder="Words in this room"
          typed={typed}
          autofocus={!found && !failure}
        />
        <p class="small">
          <a href={typed ? `/search?${everywhere}` : "/search"}>
            Search in all your rooms
          </a>
        </p>
        <SearchHelp rooms={false} />
        {found && (
          <SearchResults wanted={wanted} found={found} clock={clockOf(req)} />
        )}
      </div>
    </>
  );
});
