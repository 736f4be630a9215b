import type { SearchPage } from "../../realtime/protocol-http.ts";
import { plainOf } from "../../realtime/text/markup.ts";
import type { Clock } from "../client/drawn/times.ts";
import { Ago } from "./Ago.tsx";
import { Avatar } from "./Avatar.tsx";
import { Excerpt } from "./Excerpt.tsx";

/** What a search found, newest first; each leads to the message among its neighbours. */
export function SearchResults({ roomId, wanted, page, clock }: {
  roomId: string;
  wanted: string;
  page: SearchPage;
  clock: Clock;
}) {
  const { messages, before } = page;
  const further = new URLSearchParams({ q: wanted, before: String(before) });
  return (
    <>
      {messages.length === 0 && (
        <p>
          {before === null
            ? "No messages found. Try fewer or different words."
            : "Nothing found in the newer messages."}
        </p>
      )}
      <ol class="room-list">
        {messages.map(({ id, sender, content, timestamp, offset }) => (
          <li key={id}>
            <a
              class="room-row found"
              href={`/rooms/${roomId}/around/${offset}#${id}`}
            >
              <Avatar id={sender.id} name={sender.name} />
              <b class="truncate">
                <bdi>{sender.name}</bdi>
              </b>
              <span class="room-row-time soft small">
                <Ago at={timestamp} clock={clock} />
              </span>
              <span class="found-text" dir="auto">
                <Excerpt text={plainOf(content)} wanted={wanted} />
              </span>
            </a>
          </li>
        ))}
      </ol>
      {before !== null && (
        <p>
          <a
            class="button button-quiet"
            href={`/rooms/${roomId}/search?${further}`}
            // Fresh compares paths only, and would call the page it leads to current.
            aria-current="false"
          >
            Search further back
          </a>
        </p>
      )}
    </>
  );
}
