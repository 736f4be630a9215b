import { render, type VNode } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Message } from "../../../realtime/protocol.ts";
import { expected } from "../browser/entries.ts";
import { whenIdle } from "../browser/idle.ts";
import { AS_SENT, keepAsSent, Row } from "./Row.tsx";
import type { RoomState, Unsent } from "../browser/room-state.ts";
import { days } from "./own-clock.ts";
import type { Clock } from "./times.ts";

/** This close to an end of what is loaded, more is: CSS pixels. */
const NEAR = 800;
/** Inside the list's edge, by so much, is the last row that can be seen: CSS pixels. */
const EDGE = 60;
/** Messages of one person share a heading for this long after it: ms. */
const GROUP = 300_000;

export interface MessageListProps {
  state: RoomState;
  name: string;
  /** Script runs: buttons work. */
  alive: boolean;
  /** Rows are drawn whole, as the server draws them. */
  whole?: boolean;
  clock: Clock;
  /** The members' colours, by id. */
  hues?: Record<string, number>;
  /** The first message after this offset is new to the person; Infinity: none is. */
  divider: number;
  /** A button of a message was pressed: what, and the message's id or clientId. */
  onDo(what: string, id: string): void;
  /** The person comes to the first message, or to the last of those that are not the newest. */
  onMore(where: "before" | "after"): void;
  /** Messages were in view: all, or those up to an offset. */
  onSeen(upTo?: number): void;
  onNewest(): void;
}

/**
 * The messages and the scrolling. The scroller is a reversed column, so its origin is the
 * newest message: the page opens there without script, stays there while the composer grows
 * or messages arrive, and does not jump when older ones are put before the first.
 */
export function MessageList(props: MessageListProps) {
  const { state, divider } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const drawn = useRef(state);
  const [fresh, setFresh] = useState(false);
  // The newest messages are more than a window away.
  const [away, setAway] = useState(false);
  // Below what is read, estimated heights would move it when they become real.
  const [laidOut] = useState(state.behind || divider < Infinity);

  // What is being read, and where it is before this drawing changes the page. Asking has all laid
  // out at once, so it is not asked where no row comes or goes.
  const now = scroller.current;
  const { messages, unsent, behind } = drawn.current;
  const isSame = messages === state.messages && unsent === state.unsent;
  const anchor = now && !isSame && (behind || !atBottom(now)) &&
    [...now.querySelectorAll("li")].find((row) => topOf(row) > topOf(now));
  const top = anchor && topOf(anchor);

  useLayoutEffect(() => {
    const box = scroller.current!;
    const before = drawn.current;
    const last = state.messages.at(-1);
    drawn.current = state;
    if (before === state) {
      // As it is opened: at what is new, if there is more than fits.
      const line = box.querySelector(".new");
      if (line) {
        line.scrollIntoView();
        import("../browser/scroll.ts").then((part) =>
          part.scrollTo(line, "start")
        )
          .catch(() => {});
      }
      return onScroll();
    }
    const stays = anchor && anchor.isConnected &&
      (before.behind || !atBottom(box));
    if (state.unsent.length > before.unsent.length || !stays) return toBottom();
    box.scrollTop += topOf(anchor) - +top!;
    if (state.behind !== before.behind) onScroll();
    if (
      last?.id !== before.messages.at(-1)?.id && last?.sender.id !== state.me
    ) setFresh(true);
  }, [state.messages, state.unsent]);

  // Where what had the focus is gone, it goes to the log, and never to the page.
  const focused = now?.parentElement?.contains(document.activeElement);
  useLayoutEffect(() => {
    if (focused && document.activeElement === document.body) {
      scroller.current!.focus({ preventScroll: true });
    }
  });

  const toBottom = () => {
    scroller.current!.scrollTop = 0;
    onScroll();
  };

  const onScroll = () => {
    const box = scroller.current!;
    setAway(box.scrollTop < -box.clientHeight);
    if (atBottom(box)) {
      setFresh(false);
      props.onSeen();
    } else {
      const { left, bottom } = box.getBoundingClientRect();
      const id = document.elementFromPoint(left + EDGE, bottom - EDGE)
        ?.closest("li")?.id;
      const last = id && state.messages.find((m) => m.id === id);
      if (last) props.onSeen(last.offset);
    }
    if (box.scrollTop > -NEAR) props.onMore("after");
    if (box.scrollHeight + box.scrollTop - box.clientHeight < NEAR) {
      props.onMore("before");
    }
  };

  const onClick = (event: Event) => {
    const button = (event.target as Element).closest<HTMLElement>("[data-do]");
    const row = button?.closest("li");
    if (!row) return;
    event.preventDefault();
    props.onDo(button!.dataset.do!, row.id);
  };

  return (
    <div class="log">
      <div
        class="scroller"
        ref={scroller}
        onScroll={onScroll}
        onClick={onClick}
        role="log"
        aria-label="Messages"
        aria-busy={state.loading ? "true" : "false"}
        tabindex={0}
      >
        <div class="inner">
          {state.more && (
            <a
              class="older button button-plain"
              href={`/rooms/${state.roomId}?before=${state.messages[0].offset}`}
              onClick={(event) => {
                event.preventDefault();
                props.onMore("before");
              }}
            >
              Older messages
            </a>
          )}
          <Rows {...props} kind={laidOut ? "messages whole" : "messages"} />
          {!!state.epoch && !state.messages[0] && !state.unsent[0] && (
            <p class="first">
              No messages yet. Write the first, or{" "}
              <a href={`/rooms/${state.roomId}/members#invite`}>
                invite someone
              </a>.
            </p>
          )}
        </div>
      </div>
      {props.alive && (fresh || away || state.behind) && (
        <button
          type="button"
          class={`pill button icon-down ${fresh ? "" : "button-quiet"}`}
          onClick={() => {
            props.onNewest();
            toBottom();
            scroller.current!.focus();
          }}
        >
          {fresh ? "New messages" : "Newest"}
        </button>
      )}
    </div>
  );
}

/**
 * The rows, as a tree of their own: the browser takes over what the server sent of them in an idle
 * moment, or once one of them changes, and the rest of the room is alive before.
 */
function Rows(props: MessageListProps & { kind: string }) {
  const { state, divider, whole, kind } = props;
  const list = useRef<HTMLOListElement>(null);
  const last = useRef(props);
  last.current = props;
  /** What the server sent, until it is taken over. */
  const sent = useRef<typeof props | null>(props);
  useState(() => {
    const there = globalThis.document?.querySelector(".messages");
    if (there) keepAsSent(there);
  });
  const draw = () => {
    // First as it was sent, so that each row finds its own.
    for (const one of [sent.current, last.current]) {
      if (one) render(<>{rows(one, one.divider)}</>, list.current!);
    }
    sent.current = null;
  };
  useLayoutEffect(() => {
    const first = sent.current;
    if (first === props) whenIdle(() => sent.current && draw());
    else if (
      !first || whole || divider !== first.divider ||
      state.messages !== first.state.messages ||
      state.unsent !== first.state.unsent
    ) draw();
  });
  return globalThis.document
    ? <ol class={kind} ref={list} {...AS_SENT} />
    : <ol class={kind}>{rows(props, divider)}</ol>;
}

const topOf = (element: Element) => element.getBoundingClientRect().top;
const atBottom = (box: Element) => box.scrollTop > -40;

/** Whether a message needs its own heading, after the last message that has one. */
export const startsGroup = (
  { sender, timestamp, replyTo }: Message,
  heading?: Message,
): boolean =>
  !!replyTo || sender.id !== heading?.sender.id ||
  timestamp - heading.timestamp > GROUP;

/** The heading of the day that the server put before this message, if it did. */
function sentDay(id: string): string | null | undefined {
  let row = globalThis.document?.getElementById(id)?.previousElementSibling;
  if (row?.id === "new") row = row.previousElementSibling;
  return row?.className === "day" ? row.textContent : undefined;
}

export interface RowsProps
  extends
    Pick<MessageListProps, "name" | "alive" | "whole" | "clock" | "hues"> {
  state:
    & Pick<
      RoomState,
      "roomId" | "messages" | "unsent" | "me" | "more"
    >
    & { names?: RoomState["names"] };
}

/** The rows of a list of messages: by day, and one heading for what a person says in a row. */
export function rows(
  { state, name, alive, whole, clock, hues = {} }: RowsProps,
  divider: number,
): VNode[] {
  const { messages, unsent, me, more } = state;
  // Older ones may be new as well: then it is not known yet which is the first.
  let marks = !more || messages[0].offset <= divider + 1;
  const { names } = state;
  const sender = { id: me, name: names?.[me] ?? name };
  const list: VNode[] = [];
  let last: Message | undefined;
  let heading: Message | undefined;
  const add = (message: Message, one?: Unsent) => {
    const { timestamp, replyTo, clientId } = message;
    const by = message.sender.id;
    const day = days.of(timestamp, clock);
    const sent = whole ? undefined : sentDay(message.id);
    let head = startsGroup(message, heading);
    // At first where the server has it: in another zone it may be elsewhere.
    if (
      globalThis.document && !alive
        ? sent
        : !last || day !== days.of(last.timestamp, clock)
    ) {
      head = true;
      list.push(
        <li class="day" key={message.id}>
          <h2>{sent ?? days.name(timestamp, clock)}</h2>
        </li>,
      );
    }
    if (marks && message.offset > divider && by !== me) {
      head = true;
      marks = false;
      list.push(<li class="new" id="new" key="new">New</li>);
    }
    last = message;
    if (head) heading = message;
    list.push(
      <Row
        // The same row, whether it is still on its way or in the log.
        key={by + clientId}
        room={state.roomId}
        message={message}
        head={head}
        me={me}
        alive={alive}
        whole={whole}
        clock={clock}
        hue={hues[by]}
        names={names}
        quoted={replyTo ? messages.find((m) => m.id === replyTo) : undefined}
        status={one?.status}
        reason={one?.reason}
      />,
    );
  };
  for (const message of messages) {
    add(
      expected(message, state),
      // One that is answered at once is not spoken of.
      unsent.findLast((one) => one.request?.id === message.id && one.reason),
    );
  }
  unsent.forEach((one) =>
    one.request || add({ ...one, sender, id: one.clientId, offset: 0 }, one)
  );
  return list;
}
