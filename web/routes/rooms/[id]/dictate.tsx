import { page } from "fresh";
import { BackToRoom } from "../../../components/BackToRoom.tsx";
import { FieldError } from "../../../components/Field.tsx";
import { FormNotice } from "../../../components/FormNotice.tsx";
import { RoomSidebar } from "../../../components/RoomSidebar.tsx";
import { Title } from "../../../components/Title.tsx";
import {
  type Failure,
  failureOf,
  FormTooLarge,
  readForm,
  textOf,
} from "../../../http/requests/forms.ts";
import { personOf } from "../../../http/middleware/person.ts";
import { wordsOf } from "../../../http/requests/recording.ts";
import { loadRooms, type RoomEntry } from "../../../http/pages/room-list.ts";
import { listMembers } from "../../../rooms/members.ts";
import { findRoom } from "../../../rooms/rooms.ts";
import type { Room } from "../../../rooms/types.ts";
import type { Person, Services } from "../../../services.ts";
import { define } from "../../../utils.ts";

interface Data {
  rooms: RoomEntry[];
  room: Room;
  me: Person;
  /** What is written so far. */
  content: string;
  /** It was transcribed just now. */
  heard?: boolean;
  /** The end of its recording was missing. */
  cut?: boolean;
  failure?: Failure;
  /** Marks are spoken by name. */
  spoken?: boolean;
}

async function load(s: Services, me: Person, id: string): Promise<Data> {
  const [{ room }, { rooms }] = await Promise.all([
    findRoom(s, me.id, id),
    loadRooms(s, me),
  ]);
  return { rooms, room, me, content: "" };
}

/**
 * Dictation without script: a recording is handed in, and its words are added to the message that
 * was begun in the room, to be edited before it is sent.
 */
export const handler = define.handlers({
  async GET(ctx) {
    const me = personOf(ctx.state);
    return page(await load(ctx.state.services, me, ctx.params.id));
  },

  async POST(ctx) {
    const { services, requestId } = ctx.state;
    const me = personOf(ctx.state);
    const data = await load(services, me, ctx.params.id);
    try {
      const form = await readForm(ctx.req, "recording");
      data.content = textOf(form, "content").replaceAll("\r\n", "\n");
      const recording = form.get("recording");
      // The room's own form, which has none: this is the page to choose one.
      if (recording === null) return page(data);
      const file = recording instanceof File ? recording : null;
      data.spoken = form.get("spoken") === "yes";
      const members = await listMembers(services, me.id, data.room.id);
      const hints = [data.room.name, ...members.map(({ name }) => name)];
      const about = { hints, spoken: data.spoken };
      const { text, cut } = await wordsOf(services, me, file, about);
      const between = /\S$/.test(data.content) ? " " : "";
      data.content += between + text;
      return page({ ...data, heard: true, cut });
    } catch (error) {
      if (error instanceof FormTooLarge) {
        data.content = textOf(error.form, "content");
      }
      const failure = failureOf(error, ["recording"], requestId);
      return page({ ...data, failure }, { status: failure.status });
    }
  },
});

export default define.page<typeof handler>(({ data }) => {
  const { rooms, room, me, content, heard, cut, failure, spoken } = data;
  const error = failure?.fields.recording;
  return (
    <>
      <RoomSidebar rooms={rooms} current={room.id} about me={me} />
      <div class="column stack">
        <Title text={`Dictate in ${room.name}`} failed={Boolean(failure)} />
        <BackToRoom room={room} />
        <h1>Dictate</h1>
        <FormNotice failure={failure} />
        <form class="form" method="post" encType="multipart/form-data">
          <div class="field">
            <label for="recording">A recording of what you want to say</label>
            <p class="hint" id="recording-hint">
              Up to 5 minutes. We add its words to your message below, and you
              can edit it before you send it.
            </p>
            <input
              class="input"
              type="file"
              id="recording"
              name="recording"
              accept="audio/*"
              aria-describedby="recording-hint"
              aria-invalid={error ? "true" : undefined}
              autofocus={Boolean(error)}
            />
            <FieldError id="recording-error" message={error} />
          </div>
          <div class="field">
            <div class="check">
              <input
                id="spoken"
                name="spoken"
                type="checkbox"
                value="yes"
                checked={spoken}
              />
              <label for="spoken">
                I say “comma”, “full stop” and “new line”
              </label>
            </div>
          </div>
          <button class="button button-quiet" type="submit">
            {heard ? "Add another recording" : "Transcribe"}
          </button>
          <div class="field">
            <label for="content">Message</label>
            {cut && (
              <p class="hint" role="status">
                The end of the recording was missing. Please check the text.
              </p>
            )}
            <textarea
              class="input"
              id="content"
              name="content"
              rows={5}
              dir="auto"
              autofocus={heard}
            >
              {content}
            </textarea>
          </div>
          <input type="hidden" name="clientId" value={crypto.randomUUID()} />
          <button
            class="button"
            type="submit"
            formAction={`/rooms/${room.id}`}
            formEncType="application/x-www-form-urlencoded"
          >
            Send
          </button>
        </form>
      </div>
    </>
  );
});
