import { page } from "fresh";
import { ConfirmAddress } from "../../components/ConfirmAddress.tsx";
import { FormNotice } from "../../components/FormNotice.tsx";
import { Once } from "../../components/Once.tsx";
import { RoomSidebar } from "../../components/RoomSidebar.tsx";
import { SearchField } from "../../components/SearchField.tsx";
import { Title } from "../../components/Title.tsx";
import { personOf } from "../../http/middleware/person.ts";
import { hasOutbox } from "../../http/pages/outbox.ts";
import {
  loadRooms,
  readPage,
  type RoomEntry,
} from "../../http/pages/room-list.ts";
import { clockOf } from "../../http/requests/clock.ts";
import {
  type Failure,
  failureOf,
  readForm,
  textOf,
} from "../../http/requests/forms.ts";
import type { Account } from "../../accounts/types.ts";
import { mayMakeOpen } from "../../rooms/opening.ts";
import {
  findOpenRooms,
  type FoundRoom,
  type FoundRooms,
  joinOpenRoom,
} from "../../rooms/open-rooms.ts";
import { NAME_LENGTH } from "../../rooms/rooms.ts";
import type { Services } from "../../services.ts";
import { define } from "../../utils.ts";

interface Data {
  rooms: RoomEntry[];
  me: Account;
  wanted: string;
  /** Null: not before the person's address is confirmed. */
  found: FoundRooms | null;
  mayMake: boolean;
  outbox: boolean;
  failure?: Failure;
}

async function load(
  s: Services,
  me: Account,
  url: URL,
): Promise<Omit<Data, "outbox">> {
  const wanted = (url.searchParams.get("q") ?? "").slice(0, NAME_LENGTH);
  const query = { q: wanted, page: readPage(url) };
  const [{ rooms }, found, mayMake] = await Promise.all([
    loadRooms(s, me),
    me.unconfirmedUntil === undefined ? findOpenRooms(s, me, query) : null,
    mayMakeOpen(s, me),
  ]);
  return { rooms, me, wanted, found, mayMake };
}

/** The rooms anyone on this server can join. */
export const handler = define.handlers({
  async GET(ctx) {
    const me = personOf(ctx.state);
    const data = await load(ctx.state.services, me, ctx.url);
    return page<Data>({ ...data, outbox: hasOutbox(ctx) });
  },

  async POST(ctx) {
    const { services, requestId } = ctx.state;
    const me = personOf(ctx.state);
    try {
      const form = await readForm(ctx.req);
      const room = await joinOpenRoom(services, me, textOf(form, "room"));
      return ctx.redirect(`/rooms/${room.id}`, 303);
    } catch (error) {
      const failure = failureOf(error, [], requestId);
      const data = await load(services, me, ctx.url);
      return page<Data>(
        { ...data, outbox: hasOutbox(ctx), failure },
        { status: failure.status },
      );
    }
  },
});

function Found({ room }: { room: FoundRoom }) {
  const { id, name, description, memberCount } = room;
  return (
    <li class="person">
      <span class="person-name">
        <span class="truncate" title={name}>
          {room.isIn
            ? (
              <a href={`/rooms/${id}`}>
                <bdi>{name}</bdi>
              </a>
            )
            : <bdi>{name}</bdi>}
        </span>
      </span>
      <span class="soft small">
        {memberCount === 1 ? "1 member" : `${memberCount} members`}
      </span>
      {room.isIn
        ? <span class="soft small">You are a member</span>
        : (
          <form method="post">
            <Once />
            <input type="hidden" name="room" value={id} />
            <button
              class="button button-plain"
              type="submit"
              aria-label={`Join ${name}`}
            >
              Join
            </button>
          </form>
        )}
      {description && <span class="undelivered" dir="auto">{description}</span>}
    </li>
  );
}

export default define.page<typeof handler>(({ data, req }) => {
  const { rooms, me, wanted, found, failure } = data;
  const query = new URLSearchParams({ q: wanted });
  return (
    <>
      <RoomSidebar rooms={rooms} me={me} />
      <div class="column stack">
        <Title text="Open rooms" failed={Boolean(failure)} />
        <h1>Open rooms</h1>
        <p class="soft">
          Anyone on this server can find and join these rooms, and read what was
          said in them.
        </p>
        <FormNotice failure={failure} />
        <ConfirmAddress
          account={me}
          outbox={data.outbox}
          clock={clockOf(req)}
        />
        {found && (
          <>
            <SearchField
              label="Search open rooms by name"
              wanted={wanted}
              maxLength={NAME_LENGTH}
            />
            {found.rooms.length === 0 && (
              <p>
                {wanted
                  ? "No open room found. Try fewer or different words."
                  : "There are no open rooms yet."}
              </p>
            )}
            <ul class="people">
              {found.rooms.map((room) => <Found key={room.id} room={room} />)}
            </ul>
            {found.next && (
              <p>
                <a
                  class="button button-quiet"
                  href={`/rooms/open?${query}&page=${found.next}`}
                  aria-current="false"
                >
                  More open rooms
                </a>
              </p>
            )}
          </>
        )}
        {data.mayMake && (
          <p>
            <a href="/rooms/new?open">Make an open room</a>
          </p>
        )}
      </div>
    </>
  );
});
