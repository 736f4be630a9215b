import { page, type RouteConfig } from "fresh";
import { asset, Head } from "fresh/runtime";
import { LIMITS } from "../../../../realtime/protocol.ts";
import type { HistoryPage } from "../../../../realtime/protocol-http.ts";
import {
  AskEveryone,
  type ToEveryone,
} from "../../../components/AskEveryone.tsx";
import { RoomSidebar } from "../../../components/RoomSidebar.tsx";
import { SendWaiting } from "../../../components/SendWaiting.tsx";
import { Title } from "../../../components/Title.tsx";
import { clockOf } from "../../../http/requests/clock.ts";
import { readForm, textOf } from "../../../http/requests/forms.ts";
import { personOf } from "../../../http/middleware/person.ts";
import {
  loadRoomPage,
  readPart,
  type RoomPage,
} from "../../../http/pages/room-page.ts";
import type { Clock } from "../../../client/drawn/times.ts";
import { AppError, reportError } from "../../../errors.ts";
import Room from "../../../islands/Room.tsx";
import { shareOf } from "../../../http/requests/body-budget.ts";
import { isMultipart, readUpload } from "../../../http/requests/upload.ts";
import type { Person, Services } from "../../../services.ts";
import { findRoom } from "../../../rooms/rooms.ts";
import { toldByAll } from "../../../rooms/everyone.ts";
import { isId } from "../../../rooms/store.ts";
import { define } from "../../../utils.ts";

/** The room fills the window and brings its own header. */
export const config: RouteConfig = { skipInheritedLayouts: true };

interface Data extends RoomPage {
  clock: Clock;
  /** What would tell everyone, and waits for an answer. */
  asked?: ToEveryone;
}

/**
 * The stylesheet before the scripts, for which Fresh sends such a header too: nothing is painted
 * without it, and a browser that reads of it in the page asks for it after them.
 */
const styledFirst = () => ({
  headers: { link: `<${asset("/styles.css")}>; rel="preload"; as="style"` },
});

export const handler = define.handlers({
  async GET(ctx) {
    const { services } = ctx.state;
    const me = personOf(ctx.state);
    const part = readPart(ctx.url);
    const data = await loadRoomPage(services, me, ctx.params.id, part);
    if (data.room.archivedAt !== undefined) {
      return ctx.redirect(`/rooms/${data.room.id}/archive`, 303);
    }
    return page<Data>({ ...data, clock: clockOf(ctx.req) }, styledFirst());
  },

  async POST(ctx) {
    const { services, requestId } = ctx.state;
    const me = personOf(ctx.state);
    const { id } = ctx.params;
    const { room } = await findRoom(services, me.id, id);
    const { fields, files, error } = await readMessage(
      services,
      me,
      id,
      ctx.req,
    );
    // Forms send line breaks as CRLF; everything else here as LF.
    const content = fields("content").replaceAll("\r\n", "\n");
    const clientId = fields("clientId").slice(0, LIMITS.clientIdLength) ||
      crypto.randomUUID();
    try {
      if (error) throw error;
      const people = fields("everyone")
        ? null
        : await toldByAll(services, id, content);
      if (people !== null) {
        const data = await loadRoomPage(services, me, id, { newest: true });
        const asked = { people, content, clientId, files: files ?? [] };
        const clock = clockOf(ctx.req);
        return page<Data>({ ...data, clock, draft: content, asked }, {
          status: 422,
        });
      }
      const { sendOnce } = await import("../../../rooms/send-once.ts");
      await sendOnce(services, me, id, { clientId, content, files });
      return ctx.redirect(`/rooms/${room.id}?newest`, 303);
    } catch (error) {
      const { status, message } = reportError(error, requestId);
      const data = await loadRoomPage(services, me, id, { newest: true });
      // Sent again under the same id, it is the same message, should it have been stored after all.
      return page<Data>(
        {
          ...data,
          clock: clockOf(ctx.req),
          draft: content,
          draftId: clientId,
          error: message,
        },
        { status },
      );
    }
  },
});

const filesLeft = () =>
  new AppError({
    code: "files-left",
    status: 422,
    message:
      "Your files were not sent. Choose them again, then press “Send with files”.",
  });

/** What the room's form carries. Its files are kept as they come. */
async function readMessage(s: Services, me: Person, id: string, req: Request) {
  if (!isMultipart(req)) {
    const form = await readForm(req);
    const fields = (name: string) => textOf(form, name);
    // What came before a question; whose they are is looked up when they are sent.
    const files = fields("kept").split(",").filter(isId);
    // The form without its files: what it has of them is what they are called.
    return { fields, files, error: fields("file") ? filesLeft() : undefined };
  }
  const { addFile } = await import("../../../files/add.ts");
  const hold = (bytes: number) => shareOf(req)?.hold(bytes);
  const { fields, files, error } = await readUpload(
    req,
    (name, bytes, announced) =>
      addFile(s, me, id, { name, bytes, announced, hold }),
  );
  return {
    fields: (name: string) => fields.get(name) ?? "",
    files: files.map((file) => file.id),
    error,
  };
}

/** An attribute of HTML that preact's types do not have yet. */
const BLOCKING = { blocking: "render" };

const lastOf = ({ messages, offset }: HistoryPage) =>
  messages.at(-1)?.offset ?? offset;

/** Without script: messages as they arrive, or as soon as they can be reached again. */
function LiveFrame({ room, history }: {
  room: string;
  history: HistoryPage | null;
}) {
  const query = history ? `?after=${history.offset}` : "";
  return (
    <>
      {!history && (
        <p class="live-frame live-end">
          Messages are unavailable at the moment. They will appear below as soon
          as they can.
        </p>
      )}
      <iframe
        class={history ? "live-frame" : "live-frame live-whole"}
        title="New messages, as they arrive"
        src={`/rooms/${room}/live${query}`}
      />
    </>
  );
}

export default define.page<typeof handler>(({ data, state, req }) => {
  const { rooms, room, me, history, asked, ...rest } = data;
  return (
    <div class={room.kind === "direct" ? "room-page direct" : "room-page"}>
      <Title text={room.name} failed={Boolean(data.error)} />
      {/* The log ends at its foot: painted while it comes, what is there would move up. */}
      <Head>
        <link rel="expect" href="#said" {...BLOCKING} />
      </Head>
      <RoomSidebar rooms={rooms} current={room.id} me={me} />
      <main id="main" class="room-main">
        <SendWaiting req={req} state={state} except={room.id} />
        {asked && <AskEveryone asked={asked} />}
        <Room
          room={{ id: room.id, name: room.name }}
          me={me}
          history={history}
          {...rest}
        />
        <noscript>
          <p class="chooser">
            <label for="file">Pictures and files</label>
            <input
              type="file"
              id="file"
              name="file"
              form="write"
              multiple
              class="input"
            />
            <button
              type="submit"
              class="button button-quiet"
              form="write"
              formenctype="multipart/form-data"
            >
              Send with files
            </button>
          </p>
          {data.behind && history
            ? (
              <p class="live-frame live-end">
                <a
                  href={`/rooms/${room.id}?after=${lastOf(history)}`}
                  aria-current="false"
                >
                  Newer messages
                </a>
                <a href={`/rooms/${room.id}?newest`} aria-current="false">
                  Newest messages
                </a>
              </p>
            )
            : <LiveFrame room={room.id} history={history} />}
        </noscript>
      </main>
    </div>
  );
});
