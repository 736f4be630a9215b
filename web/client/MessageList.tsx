import type { VNode } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { useSignal } from "@preact/signals";
import type { Message } from "../../realtime/protocol.ts";
import { Row } from "./Row.tsx";
import type { RoomState, Unsent } from "./room-state.ts";
import { dayNameOf, dayOf } from "./times.ts";

/** Messages of one person within this time share one heading: ms. */
const GROUP = 300_000;

export interface MessageListProps {
  state: RoomState;
  name: string;
  /** The first message after this offset is new to the person. */
  divider: number;
  /** A button of a message was pressed: what, and the message's id or clientId. */
  onDo(what: string, id: string): void;
  onOlder(): void;
  /** The newest message is in view. */
  onBottom(): void;
}

/**
 * The messages and the scrolling. The scroller is a reversed column, so its origin is the
 * newest message: the page opens there without script, stays there while the composer grows
 * or messages arrive, and does not jump when older ones are put before the first.
 */
export function MessageList(props: MessageListProps) {
  const { state, divider } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const held = useRef<{ last?: string; height: number; unsent: number }>(null);
  const fresh = useSignal(0);

  useLayoutEffect(() => {
    const box = scroller.current!;
    const last = state.messages.at(-1);
    const before = held.current;
    held.current = {
      last: last?.id,
      height: box.scrollHeight,
      unsent: state.unsent.length,
    };
    if (!before) return;
    if (state.unsent.length > before.unsent || atBottom(box)) {
      box.scrollTop = 0;
      fresh.value = 0;
      props.onBottom();
    } else if (last?.id !== before.last && before.last) {
      // Below what is being read something was added: keep what is read where it is.
      box.scrollTop -= box.scrollHeight - before.height;
      if (last?.sender.id !== state.me) fresh.value++;
    }
  }, [state.messages, state.unsent]);

  const onScroll = () => {
    const box = scroller.current!;
    if (atBottom(box)) {
      fresh.value = 0;
      props.onBottom();
    }
    if (box.scrollHeight + box.scrollTop - box.clientHeight < 800) {
      props.onOlder();
    }
  };

  const onClick = (event: Event) => {
    const button = (event.target as Element).closest<HTMLElement>("[data-do]");
    const row = button?.closest("li");
    if (row) props.onDo(button!.dataset.do!, row.id);
  };

  // One tab stop for the whole log: arrows walk through the messages.
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!step) return;
    const all = [
      ...scroller.current!.querySelectorAll<HTMLElement>(".more"),
    ];
    const at = all.indexOf(document.activeElement as HTMLElement);
    event.preventDefault();
    all.at(at < 0 ? -1 : Math.min(Math.max(at + step, 0), all.length - 1))
      ?.focus();
  };

  return (
    <div class="log">
      <div
        class="scroller"
        ref={scroller}
        onScroll={onScroll}
        onClick={onClick}
        onKeyDown={onKeyDown}
        role="log"
        aria-label="Messages. Arrow keys go from one to the next."
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
                props.onOlder();
              }}
            >
              Older messages
            </a>
          )}
          <ol class="messages">{rows(props, divider)}</ol>
        </div>
      </div>
      {fresh.value > 0 && (
        <button
          type="button"
          class="pill button icon-down"
          onClick={() =>
            scroller.current!.scrollTo({ top: 0, behavior: "smooth" })}
        >
          New messages
        </button>
      )}
    </div>
  );
}

const atBottom = (box: Element) => box.scrollTop > -40;

function rows({ state, name }: MessageListProps, divider: number): VNode[] {
  const { messages, unsent, me } = state;
  const list: VNode[] = [];
  let day: number | undefined;
  let by = "";
  let at = 0;
  const follow = (id: string, timestamp: number) => {
    const head = by !== id || timestamp - at > GROUP;
    by = id;
    at = timestamp;
    return head;
  };
  const onDay = (timestamp: number) => {
    if (day === dayOf(timestamp)) return;
    day = dayOf(timestamp);
    by = "";
    list.push(
      <li class="day" key={day}>
        <h2>{dayNameOf(timestamp)}</h2>
      </li>,
    );
  };

  const add = (message: Message, one?: Unsent) => {
    const { sender, timestamp, replyTo } = message;
    onDay(timestamp);
    const head = follow(sender.id, timestamp);
    list.push(
      <Row
        // The same row, whether it is still on its way or in the log.
        key={sender.id + message.clientId}
        message={message}
        head={head || !!replyTo}
        me={me}
        quoted={replyTo ? messages.find((m) => m.id === replyTo) : undefined}
        status={one?.status}
        reason={one?.reason}
      />,
    );
  };

  for (const message of messages) {
    if (
      divider && message.offset > divider && at && message.sender.id !== me
    ) {
      divider = 0;
      by = "";
      list.push(<li class="new" key="new">New</li>);
    }
    add(message);
  }
  const sender = { id: me, name };
  for (const one of unsent) {
    add({ ...one, sender, id: one.clientId, offset: 0 }, one);
  }
  return list;
}
