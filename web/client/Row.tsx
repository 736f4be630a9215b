import type { Message } from "../../realtime/protocol.ts";
import { Avatar } from "../components/Avatar.tsx";
import { linkify } from "./linkify.tsx";
import type { Unsent } from "./room-state.ts";
import { local, timeOf } from "./times.ts";

export interface RowProps {
  message: Message;
  /** The first of a group by one person: it carries the name. */
  head: boolean;
  me: string;
  /** The message this one answers, if it is in the window. */
  quoted?: Message;
  /** For a message of mine that the log does not have yet. */
  status?: Unsent["status"];
  reason?: string;
}

/** A message in the log. Buttons name what they do in `data-do`; the list listens. */
export function Row({ message, head, me, quoted, status, reason }: RowProps) {
  const { sender, timestamp, content, reactions = {} } = message;
  // Reading a signal also spares an unchanged row from being drawn again.
  const alive = local.value;
  const time = (
    <time datetime={new Date(timestamp).toISOString()}>
      {timeOf(timestamp)}
    </time>
  );
  return (
    <li class={`message ${head ? "head" : ""} ${status ?? ""}`} id={message.id}>
      {head && (
        <div class="by">
          <Avatar id={sender.id} name={sender.name} />
          <b dir="auto">{sender.name}</b>
          {time}
        </div>
      )}
      {message.replyTo && (
        <button type="button" class="quote" data-do="quote" disabled={!alive}>
          {quoted
            ? (
              <>
                <b>{quoted.sender.name}</b> {quoted.content || "Deleted"}
              </>
            )
            : "In reply to an earlier message"}
        </button>
      )}
      {message.deletedAt
        ? <p class="text soft">This message was deleted.</p>
        : (
          <p class="text" dir="auto">
            {linkify(content)}
            {message.editedAt && <span class="mark">edited</span>}
            {status === "sending" && <span class="mark">sending</span>}
          </p>
        )}
      {!head && time}
      {Object.keys(reactions).length > 0 && (
        <div class="reactions">
          {Object.entries(reactions).map(([emoji, people]) => (
            <button
              type="button"
              key={emoji}
              data-do={emoji}
              disabled={!alive}
              aria-pressed={people.includes(me) ? "true" : "false"}
            >
              {emoji} {people.length}
            </button>
          ))}
        </div>
      )}
      {reason && (
        <p class="failure">
          {reason}
          <button type="button" data-do="retry" class="button button-plain">
            Try again
          </button>
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
          aria-label={`What to do with the message of ${sender.name}`}
        />
      )}
    </li>
  );
}
