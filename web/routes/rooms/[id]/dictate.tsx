import { page } from "fresh";
import { BackToRoom } from "../../../components/BackToRoom.tsx";
import { FieldError } from "../../../components/Field.tsx";
import { FormNotice } from "../../../components/FormNotice.tsx";
import { RoomSidebar } from "../../../components/RoomSidebar.tsx";
import {
  LanguageField,
  missingIn,
} from "../../../components/LanguageField.tsx";
import { Title } from "../../../components/Title.tsx";
import { choiceOf, type LanguageChoice } from "../../../dictation/choice.ts";
import { readDictation } from "../../../dictation/settings.ts";
import { speechOf } from "../../../dictation/speech.ts";
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
  spoken: boolean;
  /** The tag of what is spoken; empty: the server tells it by itself. */
  language: string;
  choice: LanguageChoice;
}

async function load(s: Services, me: Person, id: string): Promise<Data> {
  const [{ room }, { rooms }, speech, settings] = await Promise.all([
    findRoom(s, me.id, id),
    loadRooms(s, me),
    speechOf(s.config),
    readDictation(s, me.id),
  ]);
  const choice = choiceOf(speech, settings);
  const { spoken } = settings;
  return {
    rooms,
    room,
    me,
    content: "",
    spoken,
    choice,
    language: choice.language,
  };
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
      data.language = textOf(form, "language");
      const { spoken, language, room } = data;
      const about = { spoken, language, roomId: room.id };
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
  const { choice, language } = data;
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
          {(choice.languages.length > 1 || choice.missing) && (
            <LanguageField
              choice={{ ...choice, missing: undefined }}
              value={language}
              unchosen={choice.detects ? "Whichever I speak" : undefined}
              error={missingIn(choice)}
            />
          )}
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
