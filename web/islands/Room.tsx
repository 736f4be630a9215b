import "../client/browser/shown.ts";
import type { VNode } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Role } from "../../realtime/protocol.ts";
import type { HistoryPage } from "../../realtime/protocol-http.ts";
import { Composer } from "../client/drawn/Composer.tsx";
import type { Takeover } from "../client/drawn/Extras.tsx";
import type { Load } from "../client/browser/load.ts";
import { MessageList } from "../client/drawn/MessageList.tsx";
import { whenIdle } from "../client/browser/idle.ts";
import { type OpenRoom, openRoom } from "../client/browser/room.ts";
import { initialState } from "../client/browser/room-state.ts";
import type { LinkState, WayOn } from "../client/browser/socket.ts";
import { OWN } from "../client/drawn/own-clock.ts";
import type { Clock } from "../client/drawn/times.ts";
import { fetchToken } from "../client/browser/token.ts";
import type { TranscriberState } from "../http/pages/transcriber.ts";

export interface RoomProps {
  room: { id: string; name: string };
  me: { id: string; name: string };
  clock: Clock;
  /** The members' colours, by id. */
  hues?: Record<string, number>;
  role: Role;
  /** Null: realtime is down. */
  history: HistoryPage | null;
  /** The page shows an earlier part, not the newest messages. */
  behind?: boolean;
  /** The person asked for the newest, whatever they have not read. */
  newest?: boolean;
  /** My read position. */
  read: number;
  /** What people are called, by their ids. */
  names?: Record<string, string>;
  token: string;
  /** Milliseconds since the Unix epoch. */
  tokenExpiresAt: number;
  /** An address, or a path at the address this page came from. */
  wsUrl: string;
  transcriberUrl: string;
  transcriber: TranscriberState;
  draft?: string;
  draftId?: string;
  error?: string;
}

/** Between tries to have what is needed once text is live: ms. */
const AGAIN = 2_000;

const STATUS: Record<string, string> = {
  connecting: "Connecting…",
  reconnecting: "Reconnecting… Nothing is lost.",
  offline: "You are offline. Nothing is lost.",
};

/** A room: its messages, who is here, and the form to write. Alive where script runs. */
export default function Room(props: RoomProps) {
  const { room: { id: roomId, name }, me, history } = props;
  const url = () => new URL(props.wsUrl, origin.replace("http", "ws"));
  const [state, setState] = useState(() =>
    initialState({ ...props, roomId, me: me.id })
  );
  // Its handshake goes on while the page comes alive.
  const [first] = useState(() => globalThis.document && new WebSocket(url()));
  // False on the server and in the first drawing, which must agree.
  const [alive, setAlive] = useState(false);
  const [link, setLink] = useState<LinkState | "">("");
  const [status, setStatus] = useState<string | undefined>(
    history ? "" : "Messages are unavailable now.",
  );
  const [wayOn, setWayOn] = useState<WayOn>();
  const [notice, setNotice] = useState(props.error ?? "");
  // Nothing is new to whoever has read it all: what comes while they look needs no line.
  const [divider, setDivider] = useState(
    props.newest || history && props.read >= history.offset
      ? Infinity
      : props.read,
  );
  const [extra, setExtra] = useState<VNode | null>(null);
  const [dictation, setDictation] = useState<VNode | null>(null);
  const input = useRef<HTMLTextAreaElement>(null);
  const open = useRef<OpenRoom>();
  const takeover = useRef<Takeover>(null);
  const [later, setLater] = useState<
    typeof import("../client/browser/later.ts")
  >();

  const seen = (upTo?: number) =>
    !document.hidden && document.hasFocus() && open.current?.seen(upTo);
  const log = () =>
    input.current!.form!.parentElement!.querySelector<HTMLElement>(
      ".scroller",
    )!;
  // Where it stands, it tells what can be seen.
  const lookAgain = () => log().dispatchEvent(new Event("scroll"));
  const fill = (text: string) => {
    input.current!.value = text;
    input.current!.dispatchEvent(new Event("input"));
  };

  useEffect(() => {
    const room = open.current = openRoom({
      state,
      ...{ url: url(), first },
      token: { token: props.token, expiresAt: props.tokenExpiresAt },
      renew: () => fetchToken("realtime"),
      onChange: setState,
      onState(next, why = STATUS[next], way?) {
        setLink(next);
        setStatus(why);
        // Away, an archived room is what it was.
        if (way || next === "live") setWayOn(way);
        if (next === "live") {
          whenIdle(getLater);
          lookAgain();
        }
        // What is being edited cannot be sent any more: back to the draft.
        if (way) setExtra(null);
      },
      onNotice: setNotice,
    });
    setAlive(true);
    if (!input.current!.value) fill(room.draft());
    // Typing may begin at once; on a phone this would open the keyboard.
    if (
      !matchMedia("(pointer:coarse)").matches &&
      document.activeElement === document.body
    ) input.current!.focus();
    const wake = () => {
      // What comes from now on is new, and what was not seen yet.
      if (document.hidden) return setDivider(room.state().read);
      room.heed(true);
      room.check();
      lookAgain();
    };
    const stop = new AbortController();
    addEventListener("storage", () => room.heed(), stop);
    for (
      const event of [
        "visibilitychange",
        "online",
        "offline",
        "focus",
      ]
    ) {
      addEventListener(event, wake, stop);
    }
    // Where messages cannot be reached, it is needed all the same.
    const late = setTimeout(getLater, +navigator.onLine && AGAIN);
    return () => {
      clearTimeout(late);
      stop.abort();
      room.close();
    };
  }, []);

  const getLater = () =>
    import("../client/browser/later.ts")
      .then(setLater, () => setTimeout(getLater, AGAIN));

  useEffect(() => {
    const stop = new AbortController();
    later?.begin(log(), input.current!, stop.signal, {
      onEditLast() {
        const mine = open.current!.state().messages.findLast((m) =>
          m.sender.id === me.id && !m.deletedAt
        );
        if (mine) onDo("edit", mine.id);
      },
      onPage(pages) {
        const box = log();
        box.scrollBy(0, pages * box.clientHeight * 0.9);
      },
    }, open.current!);
    return () => stop.abort();
  }, [later]);

  useEffect(() => later?.tellTitle(state), [later, state.offset, state.read]);

  useEffect(() => {
    if (takeover.current) return;
    later?.giveBack({
      wayOn,
      room: open.current!,
      input: input.current!,
      fill,
      onNotice: setNotice,
    });
  }, [later, state.unsent, extra, wayOn]);

  const load: Load = async (part) => {
    try {
      return await part();
    } catch {
      // Offline, or the page is of an older build whose files are gone.
      setNotice(
        navigator.onLine
          ? "This could not be loaded. Reload the page."
          : "You are offline. Try again later.",
      );
      return null;
    }
  };

  const onDo = async (what: string, id: string) => {
    if (wayOn && what !== "discard") return;
    if (what === "retry") return open.current!.retry(id);
    if (what === "discard") return open.current!.discard(id);
    const loaded = await load(() => import("../client/drawn/Extras.tsx"));
    const shown = loaded?.extras({
      what,
      id,
      role: props.role,
      room: open.current!,
      input: input.current!,
      fill,
      onTakeover: (next) => takeover.current = next,
      onNotice: setNotice,
      onClose: () => setExtra(null),
    });
    if (shown) setExtra(shown);
  };

  const { online, typing } = state;
  const waiting = state.unsent.filter((u) => u.status === "sending").length;
  return (
    <section
      class={`room ${alive ? "alive" : ""} ${wayOn ? "refused" : ""}`}
    >
      <header class="room-head">
        <a
          class="button button-plain button-icon icon-back"
          href="/rooms"
          aria-label="All rooms"
          title="All rooms"
        />
        <div>
          <h1 class="truncate" title={name}>
            <bdi>{name}</bdi>
          </h1>
          <p class={`status ${status ? "" : "truncate"} ${link}`} role="status">
            {status ??
              later?.here(online, me.id)}{" "}
            {status && waiting > 0 && `Waiting to be sent: ${waiting}.`}
            {wayOn && later?.linkOn(wayOn, roomId)}
          </p>
        </div>
        {["Search", "Files", "Members"].map((page) => {
          const name = page.toLowerCase();
          return (
            <a
              class={`button button-plain button-icon icon-${name}`}
              href={`/rooms/${roomId}/${name}`}
              aria-label={page}
              title={page}
            />
          );
        })}
      </header>
      <MessageList
        state={state}
        name={me.name}
        alive={alive}
        whole={!!later}
        clock={globalThis.document ? OWN : props.clock}
        hues={props.hues}
        divider={divider}
        onDo={onDo}
        onMore={(where) => open.current?.more(where)}
        onSeen={seen}
        onNewest={() => open.current?.newest()}
      />
      <p class="typing truncate" aria-live="polite">
        {later?.writing(typing, me.id)}
      </p>
      {extra}
      {dictation}
      <Composer
        roomId={roomId}
        draft={props.draft}
        draftId={props.draftId}
        input={input}
        closed={!!wayOn}
        notice={notice}
        onNotice={setNotice}
        onSend={(text) => {
          if (takeover.current) return takeover.current(text);
          open.current!.send(text);
          setDivider(Infinity);
          fill("");
        }}
        onType={(text) => {
          if (!takeover.current) open.current?.saveDraft(text);
          if (text) open.current?.typing();
        }}
        onDictate={async () => {
          const loaded = await load(() =>
            import("../client/drawn/Dictation.tsx")
          );
          const panel = loaded?.dictation({
            transcriberUrl: props.transcriberUrl,
            transcriber: props.transcriber,
            roomId,
            fetchToken,
            input: input.current!,
            onClose: () => setDictation(null),
          });
          if (panel) setDictation(panel);
        }}
      />
    </section>
  );
}
