import { Component } from "preact";
import type { Message } from "../../realtime/protocol.ts";
import { Avatar } from "../components/Avatar.tsx";
import { withCode } from "./code.tsx";
import type { Unsent } from "./room-state.ts";
import { type Clock, timeOf } from "./times.ts";

export interface RowProps {
  /** The room's id; without it the message has no address. */
  room?: string;
  message: Message;
  /** The first of a group by one person: it carries the name. */
  head: boolean;
  me: string;
  /** Script runs: buttons work. */
  alive: boolean;
  /** What the server sent stays as it is for now. */
  asleep?: boolean;
  clock: Clock;
  /** The sender's colour in the room. */
  hue?: number;
  /** Who reacted, a line for each emoji. */
  reactors?: string;
  /** The message this one answers, if it is in the window. */
  quoted?: Message;
  /** For a message of mine that the log does not have yet. */
  status?: Unsent["status"];
  reason?: string;
}

/** A message in the log. Buttons name what they do in `data-do`; the list listens. */
export class Row extends Component<RowProps> {
  // Most stay as they are when one comes or changes, and the log may hold a thousand.
  override shouldComponentUpdate(next: RowProps): boolean {
    if (this.props.asleep && next.asleep) return false;
    return Object.entries(next).some(([name, value]) =>
      this.props[name as keyof RowProps] !== value
    );
  }

  override render(
    {
      room,
      message,
      head,
      me,
      alive,
      asleep,
      clock,
      hue,
      reactors,
      quoted,
      status,
      reason,
    }: RowProps,
  ) {
    const { sender, timestamp, content, reactions = {} } = message;
    const link = (id: string) => room && `/rooms/${room}/messages/${id}`;
    // All that can be done with a message, where no script runs; else its address.
    const time = (
      <a
        class="at"
        href={status ? undefined : link(message.id)}
        tabindex={alive ? -1 : undefined}
      >
        <time datetime={new Date(timestamp).toISOString()}>
          {timeOf(timestamp, clock)}
        </time>
      </a>
    );
    const row = {
      class: `message ${head ? "head" : ""} ${status ?? ""}`,
      id: message.id,
    };
    const sent = asleep && document.getElementById(message.id);
    if (sent) {
      // Taking over as text what is there already is far cheaper than comparing it.
      return (
        <li {...row} dangerouslySetInnerHTML={{ __html: sent.innerHTML }} />
      );
    }
    return (
      <li {...row}>
        {head && (
          <div class="by">
            <Avatar id={sender.id} name={sender.name} hue={hue} />
            <b dir="auto">{sender.name}</b>
            {time}
          </div>
        )}
        {message.replyTo && (
          <a class="quote" data-do="quote" href={link(message.replyTo)}>
            {quoted
              ? (
                <>
                  <b>{quoted.sender.name}</b> {quoted.content || "Deleted"}
                </>
              )
              : "In reply to an earlier message"}
          </a>
        )}
        {message.deletedAt
          ? <p class="text soft">This message was deleted.</p>
          : (
            <div class="text" dir="auto">
              {withCode(content)}
              {message.editedAt && <span class="mark">edited</span>}
              {status === "sending" && !reason && (
                <span class="mark">sending</span>
              )}
            </div>
          )}
        {!head && time}
        {Object.keys(reactions).length > 0 && (
          <div class="reactions">
            {Object.entries(reactions).map(([emoji, people], i) => (
              <button
                type="button"
                key={emoji}
                data-do={emoji}
                disabled={!alive}
                aria-pressed={people.includes(me) ? "true" : "false"}
                title={reactors?.split("\n")[i] || undefined}
              >
                {emoji} {people.length}
              </button>
            ))}
          </div>
        )}
        {reason && (
          <p class="reason">
            {reason}
            {status === "failed" && (
              <button type="button" data-do="retry" class="button button-plain">
                Try again
              </button>
            )}
            <button type="button" data-do="discard" class="button button-plain">
              Discard
            </button>
          </p>
        )}
        {!status && !message.deletedAt && (
          <button
            type="button"
            class="more button button-plain button-icon icon-more live"
            data-do="more"
            tabindex={-1}
            aria-label={`Actions for ${sender.name}’s message`}
          />
        )}
      </li>
    );
  }
}
