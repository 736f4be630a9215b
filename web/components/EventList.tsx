import type { EventPage } from "../audit/list.ts";
import { WORDS } from "../audit/words.ts";
import { type Clock, formatter } from "../client/drawn/times.ts";

/** The day and the time, in the reader's language; with the zone, where it is not theirs. */
const momentOf = (at: number, clock: Clock): string => {
  const { label } = clock;
  const moment = formatter(clock, { dateStyle: "medium", timeStyle: "short" })
    .format(at);
  return label ? `${moment} (${label})` : moment;
};

/** What happened, newest first, with a way to what came before. */
export function EventList({ page: { events, before }, here, clock }: {
  page: EventPage;
  /** The path of the page. */
  here: string;
  clock: Clock;
}) {
  return (
    <>
      {events.length === 0 && <p class="soft">Nothing yet.</p>}
      <ol class="stack">
        {events.map((
          { id, kind, at, network, software, whoName, whomName, roomName },
        ) => (
          <li key={id}>
            <div>
              <p dir="auto">
                {WORDS[kind]({
                  who: whoName,
                  whom: whomName,
                  room: roomName,
                })}
              </p>
              <p class="soft small">
                <time datetime={new Date(at).toISOString()}>
                  {momentOf(at, clock)}
                </time>
                {[software, network].map((where) => where && ` · ${where}`)}
              </p>
            </div>
          </li>
        ))}
      </ol>
      {before && (
        <p>
          <a
            class="button button-quiet"
            href={`${here}?before=${before}`}
            // Fresh compares paths only, and would call the page it leads to current.
            aria-current="false"
          >
            Show older
          </a>
        </p>
      )}
    </>
  );
}
