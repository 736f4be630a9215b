import { page } from "fresh";
import { BackToRoom } from "../../../../components/BackToRoom.tsx";
import { FieldError } from "../../../../components/Field.tsx";
import { FormNotice } from "../../../../components/FormNotice.tsx";
import { Once } from "../../../../components/Once.tsx";
import { RoomSidebar } from "../../../../components/RoomSidebar.tsx";
import { Title } from "../../../../components/Title.tsx";
import { choiceOf } from "../../../../dictation/choice.ts";
import { readDictation } from "../../../../dictation/settings.ts";
import { speechOf } from "../../../../dictation/speech.ts";
import { placesOf, type StoredFile } from "../../../../files/records.ts";
import { shareOf } from "../../../../http/requests/body-budget.ts";
import { type Failure, failureOf } from "../../../../http/requests/forms.ts";
import { personOf } from "../../../../http/middleware/person.ts";
import { readableFile } from "../../../../http/pages/file.ts";
import { loadRooms, type RoomEntry } from "../../../../http/pages/room-list.ts";
import {
  notTranscribed,
  wordsOf,
} from "../../../../http/requests/recording.ts";
import { findRoom } from "../../../../rooms/rooms.ts";
import type { Room } from "../../../../rooms/types.ts";
import type { Person, Services } from "../../../../services.ts";
import { define } from "../../../../utils.ts";
import { BODIES } from "../../../../access/table.ts";

interface Data {
  rooms: RoomEntry[];
  room: Room;
  me: Person;
  file: StoredFile;
  /** What is said in it. */
  text?: string;
  failure?: Failure;
}

async function load(
  s: Services,
  me: Person,
  { id, file }: Record<string, string>,
): Promise<Data> {
  const [{ room }, { rooms }, stored] = await Promise.all([
    findRoom(s, me.id, id),
    loadRooms(s, me),
    readableFile(s, me, id, file),
  ]);
  return { rooms, room, me, file: stored };
}

/** The words of a file, in the language the person dictates in. */
async function hear(s: Services, { me, room, file }: Data, req: Request) {
  if (file.size > BODIES.recording) {
    throw notTranscribed(
      "This file has more than 10 MB, which is too much to transcribe.",
    );
  }
  shareOf(req)?.hold(file.size);
  const stream = await s.files.get(placesOf(file).whole);
  if (stream === null) throw notTranscribed("This file is no longer here.");
  const bytes = await new Response(stream as ReadableStream<Uint8Array>)
    .blob();
  const [speech, settings] = await Promise.all([
    speechOf(s.config),
    readDictation(s, me.id),
  ]);
  const { language } = choiceOf(speech, settings);
  const { text } = await wordsOf(s, me, bytes, { roomId: room.id, language });
  return text;
}

/** What is said in an audio file of a room, for whoever asks: nobody else sees it. */
export const handler = define.handlers({
  async GET(ctx) {
    const me = personOf(ctx.state);
    return page(await load(ctx.state.services, me, ctx.params));
  },

  async POST(ctx) {
    const { services, requestId } = ctx.state;
    const me = personOf(ctx.state);
    const data = await load(services, me, ctx.params);
    try {
      return page({ ...data, text: await hear(services, data, ctx.req) });
    } catch (error) {
      const failure = failureOf(error, ["recording"], requestId);
      return page({ ...data, failure }, { status: failure.status });
    }
  },
});

export default define.page<typeof handler>(({ data }) => {
  const { rooms, room, me, file, text, failure } = data;
  const address = `/rooms/${room.id}/files/${file.id}`;
  return (
    <>
      <RoomSidebar rooms={rooms} current={room.id} about me={me} />
      <div class="column stack">
        <Title
          text={`A transcript in ${room.name}`}
          failed={Boolean(failure)}
        />
        <BackToRoom room={room} />
        <h1>Transcript</h1>
        <FormNotice failure={failure} />
        <p>
          <bdi>{file.name}</bdi>
        </p>
        <audio controls preload="none" src={address} aria-label={file.name} />
        {text === undefined
          ? (
            <form class="form" method="post">
              <Once />
              <p class="hint">
                What is said in this file, as the speech recogniser hears it.
                Only you see it.
              </p>
              <FieldError
                id="recording-error"
                message={failure?.fields.recording}
              />
              <button class="button" type="submit">Transcribe</button>
            </form>
          )
          : <p class="text" dir="auto">{text}</p>}
      </div>
    </>
  );
});
