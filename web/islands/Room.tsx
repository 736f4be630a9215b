import type { ComponentType } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { useSignal } from "@preact/signals";
import type { HistoryPage, Role, Sender } from "../../realtime/protocol.ts";
import type { ActionsProps } from "../client/Actions.tsx";
import { Composer, type Mode } from "../client/Composer.tsx";
import { Glyph, GLYPHS } from "../client/Glyph.tsx";
import { MessageList } from "../client/MessageList.tsx";
import { newId, type OpenRoom, openRoom } from "../client/room.ts";
import { initialState } from "../client/room-state.ts";
import type { LinkState } from "../client/socket.ts";
import { local } from "../client/times.ts";
import { fetchToken } from "../client/token.ts";

export interface RoomProps {
  room: { id: string; name: string };
  me: { id: string; name: string };
  role: Role;
  /** Null: realtime is down. */
  history: HistoryPage | null;
  /** The page shows an older part, not the newest messages. */
  older?: boolean;
  /** My read position. */
  read: number;
  token: string;
  /** Milliseconds since the Unix epoch. */
  tokenExpiresAt: number;
  wsUrl: string;
  transcriberUrl: string;
  transcriberReady: boolean;
  draft?: string;
  error?: string;
}

/** A room: its messages, who is here, and the form to write. Alive where script runs. */
export default function Room(props: RoomProps) {
  const { room, me, history } = props;
  const state = useSignal(
    initialState({ roomId: room.id, me: me.id, history, read: props.read }),
  );
  const link = useSignal<{ state: LinkState; reason?: string } | null>(null);
  const divider = useSignal(props.read);
  const notice = useSignal("");
  const mode = useSignal<Mode>(null);
  const menu = useSignal<
    { View: ComponentType<ActionsProps>; id: string } | null
  >(
    null,
  );
  const input = useRef<HTMLTextAreaElement>(null);
  const open = useRef<OpenRoom>();

  useEffect(() => {
    const box = input.current!;
    // A page of older messages is no place to go on from: the socket brings the newest.
    const start = props.older ? { ...state.value, epoch: "" } : state.value;
    const room = open.current = openRoom({
      state: start,
      url: props.wsUrl,
      token: { token: props.token, expiresAt: props.tokenExpiresAt },
      renew: () => fetchToken("realtime"),
      onChange: (next) => state.value = next,
      onState: (state, reason) => {
        link.value = { state, reason };
        if (state === "live") seen();
      },
      onNotice: (text) => notice.value = text,
    });
    local.value = true;
    if (!box.value) fill(room.draft());
    const wake = () => {
      if (document.visibilityState === "visible") {
        room.check();
        seen();
      } else {
        divider.value = state.value.offset;
      }
    };
    document.addEventListener("visibilitychange", wake);
    addEventListener("online", wake);
    addEventListener("offline", wake);
    return () => {
      room.close();
      document.removeEventListener("visibilitychange", wake);
      removeEventListener("online", wake);
      removeEventListener("offline", wake);
    };
  }, []);

  const seen = () => {
    if (document.visibilityState === "visible") open.current?.seen();
  };

  const fill = (text: string) => {
    const box = input.current!;
    box.value = text;
    box.dispatchEvent(new Event("input"));
  };

  const leaveMode = () => {
    if (mode.value?.kind === "edit") fill(open.current!.draft());
    mode.value = null;
    input.current!.focus();
  };

  const startEdit = (id?: string) => {
    const message = state.value.messages.findLast((m) =>
      !m.deletedAt && (id ? m.id === id : m.sender.id === me.id)
    );
    if (!message) return;
    mode.value = { kind: "edit", message };
    fill(message.content);
    input.current!.focus();
  };

  const send = (text: string) => {
    const now = mode.value;
    if (now?.kind === "edit") {
      if (text !== now.message.content) {
        act({ event: "edit-message", id: now.message.id, content: text });
      }
      return leaveMode();
    }
    open.current!.send(text, now?.message.id);
    open.current!.saveDraft("");
    fill("");
    mode.value = null;
  };

  type Act = Parameters<OpenRoom["act"]>[0];
  type Part<A> = A extends Act ? Omit<A, "roomId" | "clientId"> : never;
  const act = (part: Part<Act>) =>
    open.current!.act({ ...part, roomId: room.id, clientId: newId() } as Act);

  const react = (id: string, emoji: string) => {
    const message = state.value.messages.find((m) => m.id === id);
    const on = !message?.reactions?.[emoji]?.includes(me.id);
    act({ event: "react", id, emoji, on });
  };

  const onDo = async (what: string, id: string) => {
    if (what === "retry") open.current!.retry(id);
    else if (what === "discard") open.current!.discard(id);
    else if (what === "quote") {
      const { replyTo } = state.value.messages.find((m) => m.id === id)!;
      document.getElementById(replyTo!)?.scrollIntoView({ block: "center" });
    } else if (what === "more") {
      const { Actions } = await import("../client/Actions.tsx");
      menu.value = { View: Actions, id };
    } else react(id, what);
  };

  const { online, typing, messages } = state.value;
  const chosen = menu.value && messages.find((m) => m.id === menu.value!.id);
  return (
    <section class={local.value ? "room alive" : "room"}>
      <header class="room-head">
        <a
          class="button button-plain button-icon"
          href="/rooms"
          aria-label="All rooms"
        >
          <Glyph d={GLYPHS.back} />
        </a>
        <div>
          <h1 class="truncate" dir="auto">{room.name}</h1>
          <p
            class={`status truncate ${link.value?.state ?? ""}`}
            role="status"
          >
            {statusOf(link.value, !history, online, me.id)}
          </p>
        </div>
        <a
          class="button button-plain button-icon"
          href={`/rooms/${room.id}/members`}
          aria-label="Members"
        >
          <Glyph d={GLYPHS.people} />
        </a>
      </header>
      <MessageList
        state={state.value}
        name={me.name}
        divider={divider.value}
        onDo={onDo}
        onOlder={() => open.current?.older()}
        onBottom={seen}
      />
      <p class="typing truncate" aria-live="polite">
        {typing.length > 0 &&
          `${names(typing)} ${typing.length > 1 ? "are" : "is"} typing…`}
      </p>
      <Composer
        roomId={room.id}
        draft={props.draft}
        error={props.error}
        input={input}
        mode={mode}
        notice={notice}
        onSend={send}
        onType={(text) => {
          if (mode.value?.kind !== "edit") open.current?.saveDraft(text);
          if (text) open.current?.typing();
        }}
        onEditLast={startEdit}
        onCancel={leaveMode}
        dictation={{
          transcriberUrl: props.transcriberUrl,
          ready: props.transcriberReady,
        }}
      />
      {menu.value && chosen && (
        <menu.value.View
          message={chosen}
          mine={chosen.sender.id === me.id}
          admin={props.role === "admin"}
          onReact={(emoji) => react(chosen.id, emoji)}
          onReply={() => {
            mode.value = { kind: "reply", message: chosen };
            input.current!.focus();
          }}
          onEdit={() => startEdit(chosen.id)}
          onDelete={() => act({ event: "delete-message", id: chosen.id })}
          onClose={() => menu.value = null}
        />
      )}
    </section>
  );
}

const names = (people: Sender[]) =>
  people.length > 2
    ? `${people[0].name} and ${people.length - 1} others`
    : people.map((person) => person.name).join(" and ");

function statusOf(
  link: { state: LinkState; reason?: string } | null,
  down: boolean,
  online: Sender[],
  me: string,
): string {
  const others = online.filter((person) => person.id !== me);
  switch (link?.state) {
    case "live":
      return others.length ? `${names(others)} here` : "Only you are here";
    case "connecting":
      return "Connecting…";
    case "reconnecting":
      return "Reconnecting… What you write is kept.";
    case "offline":
      return "You are offline. What you write is kept.";
    case "refused":
      return link.reason!;
    default:
      return down ? "Messages cannot be reached now. Reload to try again." : "";
  }
}
