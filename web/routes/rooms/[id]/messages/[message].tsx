import { page } from "fresh";
import type { Clock } from "../../../../client/drawn/times.ts";
import { BackToRoom } from "../../../../components/BackToRoom.tsx";
import { Conversation } from "../../../../components/Conversation.tsx";
import {
  MessageForms,
  type Typed,
} from "../../../../components/MessageForms.tsx";
import { Notice } from "../../../../components/Notice.tsx";
import { RoomSidebar } from "../../../../components/RoomSidebar.tsx";
import { Title } from "../../../../components/Title.tsx";
import { reportError } from "../../../../errors.ts";
import { clockOf } from "../../../../http/requests/clock.ts";
import {
  readForm,
  sentenceFor,
  textOf,
  unknownIntent,
} from "../../../../http/requests/forms.ts";
import {
  loadMessagePage,
  type MessagePage,
} from "../../../../http/pages/message-page.ts";
import { personOf } from "../../../../http/middleware/person.ts";
import { reactionTyped } from "../../../../emoji/typed.ts";
import { amendOnce } from "../../../../rooms/amend.ts";
import { finishErasuresSoon } from "../../../../accounts/erasures.ts";
import { removePreview } from "../../../../previews/remove.ts";
import { findRoom } from "../../../../rooms/rooms.ts";
import { sendOnce } from "../../../../rooms/send-once.ts";
import type { Person, Services } from "../../../../services.ts";
import { shownOrigin } from "../../../../reached.ts";
import { define } from "../../../../utils.ts";

interface Data extends MessagePage {
  clock: Clock;
  /** The address of this page. */
  link: string;
  /** What the form before this page did. */
  done: string | null;
  typed: Typed;
}

/** Where a form of this page is sent, and by whom. */
interface Target {
  me: Person;
  roomId: string;
  id: string;
}

/** Does what a form of this page asks for; gives the address to go to. */
async function act(
  s: Services,
  { me, roomId, id }: Target,
  form: FormData,
): Promise<string> {
  const intent = textOf(form, "intent");
  // Forms send line breaks as CRLF; everything else here as LF.
  const content = textOf(form, "content").replaceAll("\r\n", "\n");
  const amend = (change: Parameters<typeof amendOnce>[3]) =>
    amendOnce(s, me, roomId, change);
  switch (intent) {
    case "edit":
      await amend({ event: "edit-message", id, content });
      break;
    case "delete":
      await amend({ event: "delete-message", id });
      // What hangs on it goes as well.
      finishErasuresSoon(s);
      break;
    case "react": {
      const [emoji, on] = [textOf(form, "emoji"), textOf(form, "on") !== ""];
      await amend({ event: "react", id, emoji, on });
      break;
    }
    case "react-other": {
      const emoji = await reactionTyped(textOf(form, "emoji"));
      await amend({ event: "react", id, emoji, on: true });
      break;
    }
    case "remove-preview":
      await removePreview(s, me, roomId, id);
      break;
    case "reply":
    case "send": {
      const clientId = textOf(form, "clientId") || crypto.randomUUID();
      const replyTo = intent === "reply" ? id : undefined;
      await sendOnce(s, me, roomId, { clientId, content, replyTo });
      return `/rooms/${roomId}#latest`;
    }
    default:
      throw unknownIntent();
  }
  const here = `/rooms/${roomId}/messages/${id}`;
  return intent.startsWith("react")
    ? `${here}#react`
    : `${here}?done=${intent}`;
}

/** A message by itself, with all that can be done with it as forms. */
export const handler = define.handlers({
  async GET(ctx) {
    const { services } = ctx.state;
    const { id, message } = ctx.params;
    const me = personOf(ctx.state);
    return page<Data>({
      ...await loadMessagePage(services, me, id, message),
      clock: clockOf(ctx.req),
      link: shownOrigin(ctx, services.config) + ctx.url.pathname,
      done: ctx.url.searchParams.get("done"),
      typed: {},
    });
  },

  async POST(ctx) {
    const { services, requestId } = ctx.state;
    const me = personOf(ctx.state);
    const { id: roomId, message: id } = ctx.params;
    await findRoom(services, me.id, roomId);
    const form = await readForm(ctx.req);
    try {
      const to = await act(services, { me, roomId, id }, form);
      return ctx.redirect(to, 303);
    } catch (error) {
      const { status, message } = reportError(error, requestId);
      return page<Data>(
        {
          // Throws again where there is nothing to show the form on.
          ...await loadMessagePage(services, me, roomId, id),
          clock: clockOf(ctx.req),
          link: shownOrigin(ctx, services.config) + ctx.url.pathname,
          done: null,
          typed: {
            intent: textOf(form, "intent"),
            content: textOf(form, "content") || textOf(form, "emoji"),
            error: message,
          },
        },
        { status },
      );
    }
  },
});

const DONE: Record<string, string> = {
  edit: "Message edited.",
  delete: "Message deleted.",
  "remove-preview": "Preview removed.",
};

export default define.page<typeof handler>(({ data }) => {
  const { rooms, room, role, me, message, quoted, clock, link, typed } = data;
  const happened = sentenceFor(DONE, data.done);
  // Beside the text it is about, where there is one.
  const isBeside = !message.deletedAt && (typed.intent === "reply" ||
    typed.intent === "react-other" ||
    typed.intent === "edit" && message.sender.id === me.id);
  const above = isBeside ? undefined : typed.error;
  return (
    <>
      <RoomSidebar rooms={rooms} current={room.id} about me={me} />
      <div class="column stack">
        <Title
          text={`A message in ${room.name}`}
          failed={Boolean(typed.error)}
        />
        <BackToRoom room={room} />
        <h1>Message</h1>
        {happened && <Notice answer>{happened}</Notice>}
        {above && <Notice danger answer>{above}</Notice>}
        <Conversation
          roomId={room.id}
          // The form below has the message's reactions, with their counts.
          messages={[...(quoted ? [quoted] : []), {
            ...message,
            reactions: {},
          }]}
          me={me}
          clock={clock}
          hues={data.hues}
        />
        <p>
          <a href={`/rooms/${room.id}/around/${message.offset}#${message.id}`}>
            Show it in the conversation
          </a>
        </p>
        {room.archivedAt === undefined && (
          <MessageForms
            message={message}
            me={me.id}
            role={role}
            link={link}
            typed={typed}
          />
        )}
      </div>
    </>
  );
});
