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
  /** What the server sent stays as it is for now. */
  asleep?: boolean;
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

/** A message in the log. */
export class Row extends Component<RowProps> {
  // Most stay as they are when one comes or changes, and the log may hold a thousand.
  override shouldComponentUpdate(next: RowProps): boolean {
    if (this.props.asleep && next.asleep) return false;
    return Object.entries(next).some(([name, value]) =>
      this.props[name as keyof RowProps] !== value
    );
  }

  override render(props: RowProps) {
    const { message, asleep } = props;
    const sent = asleep && document.getElementById(message.id);
    // Taking over as text what is there already is far cheaper than comparing it.
    return sent
      ? (
        <li
          {...liOf(props)}
          dangerouslySetInnerHTML={{ __html: sent.innerHTML }}
        />
      )
      : draw(props);
  }
}
