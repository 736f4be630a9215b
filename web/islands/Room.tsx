import type { VNode } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { useSignal } from "@preact/signals";
import type { HistoryPage, Role, Sender } from "../../realtime/protocol.ts";
import { Composer } from "../client/Composer.tsx";
import type { Takeover } from "../client/Extras.tsx";
import type { Load } from "../client/load.ts";
import { MessageList } from "../client/MessageList.tsx";
import { type OpenRoom, openRoom } from "../client/room.ts";
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

const STATUS: Record<string, string> = {
  connecting: "Connecting…",
  reconnecting: "Reconnecting… What you write is kept.",
  offline: "You are offline. What you write is kept.",
};

/** A room: its messages, who is here, and the form to write. Alive where script runs. */
export default function Room(props: RoomProps) {
  const { room: { id: roomId, name }, me, history } = props;
  const state = useSignal(
    initialState({ roomId, me: me.id, history, read: props.read }),
  );
  const link = useSignal<LinkState | "">("");
  const status = useSignal(
    history ? "" : "Messages cannot be reached now. Reload to try again.",
  );
  const notice = useSignal(props.error ?? "");
  const divider = useSignal(props.read);
  const extra = useSignal<VNode | null>(null);
  const dictation = useSignal<VNode | null>(null);
  const input = useRef<HTMLTextAreaElement>(null);
  const open = useRef<OpenRoom>();
  const takeover = useRef<Takeover>(null);

  const seen = () => document.hidden || open.current?.seen();
  const fill = (text: string) => {
    input.current!.value = text;
    input.current!.dispatchEvent(new Event("input"));
  };

  useEffect(() => {
    const room = open.current = openRoom({
      // A page of older messages is no place to go on from: ask for the newest.
      state: props.older ? { ...state.value, epoch: "" } : state.value,
      url: props.wsUrl,
      token: { token: props.token, expiresAt: props.tokenExpiresAt },
      renew: () => fetchToken("realtime"),
      onChange: (next) => state.value = next,
      onState(next, why = STATUS[next]) {
        link.value = next;
        status.value = why;
        seen();
      },
      onNotice: (text) => notice.value = text,
    });
    local.value = true;
    if (!input.current!.value) fill(room.draft());
    const wake = () => {
      if (document.hidden) divider.value = state.value.offset;
      else {
        room.check();
        seen();
      }
    };
    const stop = new AbortController();
    for (const event of ["visibilitychange", "online", "offline"]) {
      addEventListener(event, wake, stop);
    }
    return () => {
      stop.abort();
      room.close();
    };
  }, []);

  const load: Load = async (part) => {
    try {
      return await part();
    } catch {
      // Offline, or the page is of an older build whose files are gone.
      notice.value = "This could not be loaded. Reload the page.";
      return null;
    }
  };

  const onDo = async (what: string, id: string) => {
    if (what === "retry") return open.current!.retry(id);
    if (what === "discard") return open.current!.discard(id);
    const loaded = await load(() => import("../client/Extras.tsx"));
    const shown = loaded?.extras({
      what,
      id,
      state,
      role: props.role,
      room: open.current!,
      input: input.current!,
      fill,
      onTakeover: (next) => takeover.current = next,
      onClose: () => extra.value = null,
    });
    if (shown) extra.value = shown;
  };

  const { online, typing, messages } = state.value;
  const others = (people: Sender[]) => people.filter((p) => p.id !== me.id);
  return (
    <section class={local.value ? "room alive" : "room"}>
      <header class="room-head">
        <a
          class="button button-plain button-icon icon-back"
          href="/rooms"
          aria-label="All rooms"
        />
        <div>
          <h1 class="truncate" dir="auto">{name}</h1>
          <p class={`status truncate ${link.value}`} role="status">
            {status.value ??
              (who(others(online), "here") || "Only you are here")}
          </p>
        </div>
        <a
          class="button button-plain button-icon icon-people"
          href={`/rooms/${roomId}/members`}
          aria-label="Members"
        />
      </header>
      <MessageList
        state={state.value}
        name={me.name}
        divider={divider.value}
        onDo={onDo}
        onOlder={() => open.current?.older()}
        onBottom={seen}
        load={load}
      />
      <p class="typing truncate" aria-live="polite">
        {who(others(typing), "typing…")}
      </p>
      {extra.value}
      {dictation.value}
      <Composer
        roomId={roomId}
        draft={props.draft}
        input={input}
        notice={notice}
        onSend={(text) => {
          if (takeover.current) return takeover.current(text);
          open.current!.send(text);
          fill("");
        }}
        onType={(text) => {
          if (!takeover.current) open.current?.saveDraft(text);
          if (text) open.current?.typing();
        }}
        onEditLast={() => {
          const mine = messages.findLast((m) =>
            m.sender.id === me.id && !m.deletedAt
          );
          if (mine) onDo("edit", mine.id);
        }}
        onDictate={async () => {
          const loaded = await load(() => import("../client/Dictation.tsx"));
          dictation.value = loaded && loaded.dictation({
            transcriberUrl: props.transcriberUrl,
            ready: props.transcriberReady,
            getToken: () => fetchToken("transcriber"),
            input: input.current!,
            onClose: () => dictation.value = null,
          });
        }}
      />
    </section>
  );
}

/** Who is doing what: `Ada and Grace are here`; empty when nobody is. */
const who = ([one, two, ...more]: Sender[], what: string) =>
  more.length
    ? `${one.name} and ${more.length + 1} others are ${what}`
    : two
    ? `${one.name} and ${two.name} are ${what}`
    : one && `${one.name} is ${what}`;
