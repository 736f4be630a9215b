import { plainOf } from "../../realtime/text/markup.ts";
import { type Clock, dayNameOf } from "../client/drawn/times.ts";
import type { Found, FoundRow, Wanted } from "../rooms/find-messages.ts";
import { Ago } from "./Ago.tsx";
import { Avatar } from "./Avatar.tsx";
import { Excerpt } from "./Excerpt.tsx";

/** Why nothing was looked for: something that was typed means nothing here. */
function Misunderstood({ found: { noRoom, nobody, unclear } }: {
  found: Found;
}) {
  return (
    <>
      {noRoom.map((name) => (
        <p key={name}>
          None of your rooms is called <bdi>“{name}”</bdi>.
        </p>
      ))}
      {nobody.map((name) => (
        <p key={name}>
          Nobody who is in these rooms now is called{" "}
          <bdi>“{name}”</bdi>, and we found nothing that anyone of that name
          wrote before they left.
        </p>
      ))}
      {unclear.map((text) => (
        <p key={text}>
          We do not understand{" "}
          <bdi>“{text}”</bdi>. A date looks like after:2026-11-30, and a part
          like has:file, has:link or has:voice.
        </p>
      ))}
    </>
  );
}

const textOf = ({ content, files = [], voice, preview }: FoundRow): string =>
  [plainOf(content), ...files.map(({ name }) => name), preview?.title]
    .filter(Boolean).join("\n") || (voice ? "A voice note" : "");

/** The address of a search; of the same without a page or an order, if those are undefined. */
function addressOf(
  { roomId, typed, order, cursor }: Pick<Wanted, "roomId" | "typed"> & {
    order?: string;
    cursor?: string;
  },
): string {
  const query = new URLSearchParams({ q: typed });
  if (order === "best") query.set("order", order);
  if (cursor !== undefined) query.set("cursor", cursor);
  const path = roomId ? `/rooms/${roomId}/search` : "/search";
  return `${path}?${query}`;
}

/** What a search found; each leads to the message among its neighbours. */
export function SearchResults({ wanted, found, clock }: {
  wanted: Wanted;
  found: Found;
  clock: Clock;
}) {
  const { messages, next, reached, terms, rooms } = found;
  const { roomId, typed, order } = wanted;
  const isFruitless =
    found.noRoom.length + found.nobody.length + found.unclear.length > 0;
  if (isFruitless) return <Misunderstood found={found} />;
  const other = order === "best" ? "newest" : "best";
  const { bestOf = 0 } = found;
  return (
    <>
      {messages.length === 0
        ? (
          <p>
            {next === null && reached === undefined
              ? "No messages found. Try fewer or different words."
              : "Nothing found in the newer messages."}
          </p>
        )
        : (
          <p class="small">
            {order === "best"
              ? bestOf > messages.length
                ? `These are the best of the newest ${bestOf} that were found.`
                : "The best come first."
              : "The newest come first."}
            {" · "}
            <a
              href={addressOf({ roomId, typed, order: other })}
              aria-current="false"
            >
              {order === "best"
                ? "Show the newest first"
                : "Show the best first"}
            </a>
          </p>
        )}
      <ol class="room-list">
        {messages.map((message) => (
          <li key={message.id}>
            <a
              class="room-row found"
              href={`/rooms/${message.roomId}/around/${message.offset}#${message.id}`}
            >
              <Avatar id={message.sender.id} name={message.sender.name} />
              <b class="truncate" title={message.sender.name}>
                <bdi>{message.sender.name}</bdi>
              </b>
              <span class="room-row-time soft small">
                <Ago at={message.timestamp} clock={clock} />
              </span>
              {!roomId && (
                <span class="found-text soft small truncate">
                  <bdi>{rooms.get(message.roomId)?.name}</bdi>
                </span>
              )}
              <span class="found-text" dir="auto">
                <Excerpt text={textOf(message)} terms={terms} />
              </span>
            </a>
          </li>
        ))}
      </ol>
      {next !== null && (
        <p>
          <a
            class="button button-quiet"
            href={addressOf({ roomId, typed, order, cursor: next })}
            // Fresh compares paths only, and would call the page it leads to current.
            aria-current="false"
          >
            Search further back
          </a>
        </p>
      )}
      {reached !== undefined && (
        <p class="soft">
          This server keeps no index, so we looked through the newest messages
          only, back to{" "}
          {dayNameOf(reached, clock)}. Search in one room to go further back.
        </p>
      )}
    </>
  );
}
