import { Component, type VNode } from "preact";
import type { Message } from "../../../realtime/protocol.ts";
import type { Unsent } from "../browser/room-state.ts";
import type { Clock } from "./times.ts";

export interface RowProps {
  /** The room's id; without it the message has no address. */
  room?: string;
  message: Message & Pick<Unsent, "uploads">;
  /** The first of a group by one person: it carries the name. */
  head: boolean;
  me: string;
  /** Script runs: buttons work. */
  alive: boolean;
  /** It is drawn whole: see {@linkcode drawWith}. */
  whole?: boolean;
  clock: Clock;
  /** The sender's colour in the room. */
  hue?: number;
  /** What people are called, by their ids. */
  names?: Record<string, string>;
  /** The message this one answers, if it is in the window. */
  quoted?: Message;
  /** For a message of mine that the log does not have yet, which may have uploads. */
  status?: Unsent["status"];
  reason?: string;
}

/** What every row has, however it is drawn. */
export const liOf = ({ message, head, status }: RowProps) => ({
  class: `message ${head ? "head" : ""} ${status ?? ""}`,
  id: message.id,
});

/** Enough to read what comes before there is more. */
let draw = (props: RowProps): VNode => {
  const { head, message, status } = props;
  return (
    <li {...liOf(props)}>
      {head && (
        <div class="by">
          <b dir="auto">{message.sender.name}</b>
        </div>
      )}
      <div class="text" dir="auto">
        {message.content}
        {status === "sending" && <span class="mark">sending</span>}
      </div>
    </li>
  );
};

/** Draws rows in this way from now on, instead of as their mere text. */
export const drawWith = (how: typeof draw): void => {
  draw = how;
};

/** What a row that is as the server sent it has from {@linkcode wakeRows} instead. */
const LATER = /alive|whole|clock/;

/** The inside of an element that is kept as the server sent it. */
export const AS_SENT = { dangerouslySetInnerHTML: { __html: "" } };

/**
 * Has Preact write nothing into an element, nor read it: it would write what is there already, and all
 * would be laid out and painted once more.
 */
export const keepAsSent = (element: Element): unknown =>
  Object.defineProperty(element, "innerHTML", {
    configurable: true,
    set() {},
  });

/** A message in the log. */
export class Row extends Component<RowProps> {
  /** What the server sent, as long as that is what is shown. */
  sent = globalThis.document?.getElementById(this.props.message.id);

  // Most stay as they are when one comes or changes, and the log may hold a thousand.
  override shouldComponentUpdate(next: RowProps): boolean {
    return Object.entries(next).some(([name, value]) =>
      this.props[name as keyof RowProps] !== value &&
      !(this.sent && LATER.test(name))
    );
  }

  override componentDidMount() {
    const { sent, base } = this;
    if (!sent) return;
    delete (sent as Partial<Element>).innerHTML;
    // Something else than the server's stands in its place.
    if (sent !== base) this.forceUpdate();
  }

  override render(props: RowProps) {
    const { sent } = this;
    if (!sent || this.base) {
      // Drawn once, it is drawn from what is known of it.
      this.sent = null;
      return draw(props);
    }
    keepAsSent(sent);
    return <li {...liOf(props)} {...AS_SENT} />;
  }
}
