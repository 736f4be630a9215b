import type { ComponentChildren, VNode } from "preact";
import type { Message } from "../../../realtime/protocol.ts";
import { Avatar } from "../../components/Avatar.tsx";
import { Files, textOf } from "./files.tsx";
import { drawMentions } from "./mentioned.tsx";
import { reactorsOf } from "./reactors.ts";
import { richText } from "./rich-text.tsx";
import { drawWith, liOf, type RowProps } from "./Row.tsx";
import { PreviewCard } from "./preview.tsx";
import { days } from "./own-clock.ts";
import { dayNameOf, dayOf, timeOf } from "./times.ts";
import { UploadList } from "./UploadList.tsx";
import { VoiceNote } from "./voice.tsx";

/**
 * The buttons of a message, as attributes: nobody can press them where no script runs, so the server
 * draws none, and a page has half as much to lay out before it is painted.
 */
export const offersOf = ({ sender: { name }, deletedAt }: Message) =>
  deletedAt ? [] : [
    ["react", "emoji", `React to ${name}’s message`],
    ["more", "more", `Actions for ${name}’s message`],
  ].map(([what, icon, label]) => ({
    type: "button" as const,
    class: `${what} button button-plain button-icon icon-${icon}`,
    "data-do": what,
    tabindex: -1,
    "aria-label": label,
  }));

/** A message with all there is to it. Buttons name what they do in `data-do`; the list listens. */
export function drawn(
  props: RowProps,
): VNode<{ children?: ComponentChildren }> {
  const { room, message, head, me, alive, clock } = props;
  const { hue, names, quoted, status } = props;
  const uploads = status && message.uploads;
  const reason = status === "sending" && uploads?.length
    ? "This is sent once its files have arrived."
    : props.reason;
  const { sender, timestamp, content, reactions = {} } = message;
  const reactors = reactorsOf(message, { ...names, [me]: "you" });
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
  return (
    <li {...liOf(props)}>
      {head && (
        <div class="by">
          <Avatar id={sender.id} name={sender.name} hue={hue} linked />
          <b dir="auto">
            <a
              href={`/people/${sender.id}`}
              tabindex={alive ? -1 : undefined}
            >
              {sender.name}
            </a>
          </b>
          {time}
        </div>
      )}
      {message.replyTo && (
        <a class="quote truncate" data-do="quote" href={link(message.replyTo)}>
          {quoted
            ? (
              <>
                <b dir="auto">{quoted.sender.name}</b>{" "}
                <bdi>{textOf(quoted) || "Deleted"}</bdi>
              </>
            )
            : "In reply to an earlier message"}
        </a>
      )}
      {message.deletedAt
        ? <p class="text soft">This message was deleted.</p>
        : (
          <div class="text" dir="auto">
            {richText(content, drawMentions(message.mentions, names, me))}
            {message.editedAt && <span class="mark">edited</span>}
            {status === "sending" && !reason && (
              <span class="mark">sending</span>
            )}
          </div>
        )}
      {room && !message.deletedAt && message.voice &&
        <VoiceNote room={room} message={message} alive={alive} />}
      {room && !message.deletedAt && message.files &&
        <Files room={room} files={message.files} />}
      {uploads && (
        <div class="uploads">
          <UploadList uploads={uploads} />
        </div>
      )}
      {message.preview && <PreviewCard room={room} preview={message.preview} />}
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
              title={reactors[i] || undefined}
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
      {alive && !status &&
        offersOf(message).map((offer) => (
          <button key={offer["data-do"]} {...offer} />
        ))}
    </li>
  );
}

// Servers import this as they start, and a page once its text is live.
drawWith(drawn);
Object.assign(days, { of: dayOf, name: dayNameOf });
