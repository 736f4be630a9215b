import { page } from "fresh";
import { LIMITS } from "../../../../realtime/protocol.ts";
import { BackToRoom } from "../../../components/BackToRoom.tsx";
import { DictateForm, hasLanguages } from "../../../components/DictateForm.tsx";
import { FormNotice } from "../../../components/FormNotice.tsx";
import { RoomSidebar } from "../../../components/RoomSidebar.tsx";
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
import { notTranscribed } from "../../../http/requests/recording.ts";
import { loadRooms, type RoomEntry } from "../../../http/pages/room-list.ts";
import { findRoom } from "../../../rooms/rooms.ts";
import { toldByAll } from "../../../rooms/everyone.ts";
import { sendOnce } from "../../../rooms/send-once.ts";
import type { Room } from "../../../rooms/types.ts";
import type { Person, Services } from "../../../services.ts";
import { define } from "../../../utils.ts";
import { type Heard, keepVoice } from "../../../voices/keep.ts";
import { keptVoice } from "../../../voices/records.ts";
import { discardSoon } from "../../../voices/sweep.ts";

interface Data {
  rooms: RoomEntry[];
  room: Room;
  me: Person;
  /** What is written so far. */
  content: string;
  /** What the message is known by, however often it is sent. */
  clientId: string;
  /** It was recorded just now. */
  heard?: Heard;
  /** What was recorded last, which may go along. */
  voice?: Heard["voice"];
  /** It is not to go along. */
  textOnly?: boolean;
  /** How many it would tell as everyone in the room: that is asked first. */
  people?: number;
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
  const { language } = choice;
  const { spoken } = settings;
  const clientId = crypto.randomUUID();
  return { rooms, room, me, content: "", clientId, spoken, choice, language };
}

/** What the form says of the message. */
async function readDraft(s: Services, data: Data, form: FormData) {
  data.content = textOf(form, "content").replaceAll("\r\n", "\n");
  data.clientId = textOf(form, "clientId").slice(0, LIMITS.clientIdLength) ||
    data.clientId;
  const recorded = textOf(form, "recorded").slice(0, 256);
  data.voice = recorded
    ? await keptVoice(s, data.me.id, data.room.id, recorded)
    : undefined;
  data.textOnly = textOf(form, "voice") === "";
}

/** How what is recorded is to be heard. */
function readWishes(data: Data, form: FormData): void {
  data.spoken = form.get("spoken") === "yes";
  data.language = textOf(form, "language");
}

/** Sends the message, with the recording if it is wanted; whether that was done. */
async function send(s: Services, data: Data, form: FormData): Promise<boolean> {
  const { me, room, clientId, content, textOnly } = data;
  if (textOf(form, "recording")) {
    throw notTranscribed(
      "This recording was not added yet. Choose it again, then press “Transcribe”.",
    );
  }
  if (!textOf(form, "everyone")) {
    data.people = await toldByAll(s, room.id, content) ?? undefined;
    if (data.people !== undefined) return false;
  }
  const recorded = textOf(form, "recorded").slice(0, 256);
  const voice = recorded && !textOnly ? { clip: recorded } : undefined;
  await sendOnce(s, me, room.id, { clientId, content, voice });
  if (recorded && textOnly) discardSoon(s, me.id, recorded);
  return true;
}

/** Hears the recording of the form, and adds its words to the message. */
async function add(
  s: Services,
  data: Data,
  recording: File,
  gone: AbortSignal,
): Promise<void> {
  const { me, room, spoken, language, voice: before } = data;
  const about = { roomId: room.id, spoken, language, gone };
  const heard = await keepVoice(s, me, recording, about);
  const between = /\S$/.test(data.content) && heard.text ? " " : "";
  data.content += between + heard.text;
  data.heard = heard;
  data.voice = heard.voice;
  data.textOnly = false;
  if (before) discardSoon(s, me.id, before.clip);
}

/**
 * Voice notes and dictation without script: a recording is handed in, and its words are added to the
 * message that was begun in the room, to be edited before it is sent, with the recording or without.
 */
export const handler = define.handlers({
  async GET(ctx) {
    const me = personOf(ctx.state);
    const data = await load(ctx.state.services, me, ctx.params.id);
    const { id, archivedAt } = data.room;
    return archivedAt === undefined
      ? page(data)
      : ctx.redirect(`/rooms/${id}/archive`, 303);
  },

  async POST(ctx) {
    const { services, requestId } = ctx.state;
    const me = personOf(ctx.state);
    const data = await load(services, me, ctx.params.id);
    try {
      const form = await readForm(ctx.req);
      await readDraft(services, data, form);
      if (form.get("intent") === "send") {
        return await send(services, data, form)
          ? ctx.redirect(`/rooms/${data.room.id}?newest`, 303)
          : page(data, { status: 422 });
      }
      const recording = form.get("recording");
      // The room's own form, which has none: this is the page to choose one.
      if (recording === null) return page(data);
      readWishes(data, form);
      if (typeof recording === "string" || recording.size === 0) {
        throw notTranscribed("Choose a recording.");
      }
      await add(services, data, recording, ctx.req.signal);
      return page(data);
    } catch (error) {
      if (error instanceof FormTooLarge) {
        await readDraft(services, data, error.form);
        readWishes(data, error.form);
      }
      // Beside the field, where there is one.
      const shown = [
        "recording",
        ...hasLanguages(data.choice) ? ["language"] : [],
      ];
      const failure = failureOf(error, shown, requestId);
      return page({ ...data, failure }, { status: failure.status });
    }
  },
});

export default define.page<typeof handler>(({ data }) => {
  const { rooms, room, me, failure } = data;
  return (
    <>
      <RoomSidebar rooms={rooms} current={room.id} about me={me} />
      <div class="column stack">
        <Title text={`Dictate in ${room.name}`} failed={Boolean(failure)} />
        <BackToRoom room={room} />
        <h1>Dictate</h1>
        <FormNotice failure={failure} />
        <DictateForm {...data} errors={failure?.fields} />
      </div>
    </>
  );
});
