import { page } from "fresh";
import {
  CreateAnyRoom,
  type NewRoomFields,
} from "../../components/CreateRoom.tsx";
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
import { mayMakeOpen } from "../../rooms/opening.ts";
import { createRoom } from "../../rooms/rooms.ts";
import type { Person } from "../../services.ts";
import { define } from "../../utils.ts";

interface Data {
  rooms: RoomEntry[];
  me: Person;
  fields: NewRoomFields;
  /** The person may make rooms that are open to everyone here. */
  mayOpen: boolean;
  failure?: Failure;
}

/** A new room, made beside the others. */
export const handler = define.handlers({
  async GET(ctx) {
    const { services } = ctx.state;
    const me = personOf(ctx.state);
    const { rooms } = await loadRooms(services, me);
    const kind = ctx.url.searchParams.has("open") ? "open" : "closed";
    const fields = { name: "", description: "", kind } as const;
    const mayOpen = await mayMakeOpen(services, me);
    return page<Data>({ rooms, me, fields, mayOpen });
  },

  async POST(ctx) {
    const { services, requestId } = ctx.state;
    const me = personOf(ctx.state);
    let fields: NewRoomFields = { name: "", description: "", kind: "closed" };
    try {
      const form = await readForm(ctx.req);
      fields = {
        name: textOf(form, "name"),
        description: textOf(form, "description"),
        kind: textOf(form, "kind") === "open" ? "open" : "closed",
      };
      const room = await createRoom(services, me, fields, textOf(form, "once"));
      return ctx.redirect(`/rooms/${room.id}`, 303);
    } catch (error) {
      const failure = failureOf(error, ["name", "description"], requestId);
      const { rooms } = await loadRooms(services, me);
      const mayOpen = await mayMakeOpen(services, me);
      return page<Data>(
        { rooms, me, fields, mayOpen, failure },
        { status: failure.status },
      );
    }
  },
});

export default define.page<typeof handler>(({ data }) => {
  const { rooms, me, fields, mayOpen, failure } = data;
  return (
    <>
      <RoomSidebar rooms={rooms} me={me} />
      <div class="column stack">
        <Title text="New room" failed={Boolean(failure)} />
        <h1>New room</h1>
        <p class="soft">
          A room is one conversation. You can invite people by e-mail once you
          have created it. To talk with somebody alone,{" "}
          <a href="/people">write to them</a>.
        </p>
        <FormNotice failure={failure} />
        <CreateAnyRoom fields={fields} mayOpen={mayOpen} failure={failure} />
      </div>
    </>
  );
});
