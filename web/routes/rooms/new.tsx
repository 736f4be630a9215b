import { page } from "fresh";
import { CreateRoom } from "../../components/CreateRoom.tsx";
import { FormNotice } from "../../components/FormNotice.tsx";
import { RoomSidebar } from "../../components/RoomSidebar.tsx";
import { Title } from "../../components/Title.tsx";
import {
  type Failure,
  failureOf,
  readForm,
  textOf,
} from "../../http/requests/forms.ts";
import { personOf } from "../../http/middleware/person.ts";
import { loadRooms, type RoomEntry } from "../../http/pages/room-list.ts";
import { createRoom } from "../../rooms/rooms.ts";
import type { Person } from "../../services.ts";
import { define } from "../../utils.ts";

interface Data {
  rooms: RoomEntry[];
  me: Person;
  name: string;
  failure?: Failure;
}

/** A new room, made beside the others. */
export const handler = define.handlers({
  async GET(ctx) {
    const me = personOf(ctx.state);
    const { rooms } = await loadRooms(ctx.state.services, me);
    return page<Data>({ rooms, me, name: "" });
  },

  async POST(ctx) {
    const { services, requestId } = ctx.state;
    const me = personOf(ctx.state);
    let name = "";
    try {
      const form = await readForm(ctx.req);
      name = textOf(form, "name");
      const room = await createRoom(services, me, name, textOf(form, "once"));
      return ctx.redirect(`/rooms/${room.id}`, 303);
    } catch (error) {
      const failure = failureOf(error, ["name"], requestId);
      const { rooms } = await loadRooms(services, me);
      return page<Data>(
        { rooms, me, name, failure },
        { status: failure.status },
      );
    }
  },
});

export default define.page<typeof handler>(({ data }) => {
  const { rooms, me, name, failure } = data;
  return (
    <>
      <RoomSidebar rooms={rooms} me={me} />
      <div class="column stack">
        <Title text="New room" failed={Boolean(failure)} />
        <h1>New room</h1>
        <p class="soft">
          A room is one conversation with the people you choose. You can invite
          them by e-mail once you have created it.
        </p>
        <FormNotice failure={failure} />
        <CreateRoom
          action="/rooms/new"
          name={name}
          failure={failure}
          autofocus={!failure}
        />
      </div>
    </>
  );
});
