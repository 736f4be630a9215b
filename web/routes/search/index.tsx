import { page } from "fresh";
import { FormNotice } from "../../components/FormNotice.tsx";
import { RoomSidebar } from "../../components/RoomSidebar.tsx";
import { SearchForm, SearchHelp } from "../../components/SearchForm.tsx";
import { SearchResults } from "../../components/SearchResults.tsx";
import { Title } from "../../components/Title.tsx";
import { personOf } from "../../http/middleware/person.ts";
import { loadRooms, type RoomEntry } from "../../http/pages/room-list.ts";
import { type Searched, searchPage } from "../../http/pages/search-page.ts";
import { clockOf } from "../../http/requests/clock.ts";
import type { Person } from "../../services.ts";
import { define } from "../../utils.ts";

interface Data extends Searched {
  rooms: RoomEntry[];
  me: Person;
}

/** A search in all of a person's rooms. */
export const handler = define.handlers({
  async GET(ctx) {
    const { services, requestId } = ctx.state;
    const me = personOf(ctx.state);
    const { url, req } = ctx;
    const [{ rooms }, searched] = await Promise.all([
      loadRooms(services, me),
      searchPage(services, me, { url, req, requestId }),
    ]);
    const status = searched.failure?.status ?? 200;
    return page<Data>({ rooms, me, ...searched }, { status });
  },
});

export default define.page<typeof handler>(({ data, req }) => {
  const { rooms, me, wanted, found, failure } = data;
  const { typed } = wanted;
  return (
    <>
      <RoomSidebar rooms={rooms} me={me} />
      <div class="column stack">
        <Title
          text={typed ? `${typed} in all rooms` : "Search all rooms"}
          failed={Boolean(failure)}
        />
        <h1>Search all rooms</h1>
        <FormNotice failure={failure} />
        <SearchForm
          label="Words in the messages of all your rooms"
          placeholder="Words in messages"
          typed={typed}
          autofocus={!found && !failure}
        />
        <SearchHelp rooms />
        {found && (
          <SearchResults wanted={wanted} found={found} clock={clockOf(req)} />
        )}
      </div>
    </>
  );
});
