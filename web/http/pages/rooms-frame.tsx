import { asset } from "fresh/runtime";
import type { ComponentChildren } from "preact";
import { renderToString } from "preact-render-to-string";
import { RoomRow } from "../../components/RoomRow.tsx";
import type { Clock } from "../../client/drawn/times.ts";
import { newestIn, type RoomList } from "./room-list.ts";

/** How often the frame loads itself again: seconds. */
export const REFRESH = 20;

const document = (children: ComponentChildren) =>
  "<!DOCTYPE html>" + renderToString(
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <title>Rooms, live</title>
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <base target="_top" />
        <link rel="stylesheet" href={asset("/styles.css")} />
      </head>
      <body class="rooms-frame-page">
        <main>
          <h1 class="visually-hidden">New messages</h1>
          {children}
        </main>
      </body>
    </html>,
  );

/** What the frame shows to somebody who is signed out. It does not load again. */
export const signedOutFrame = (): string =>
  document(
    <p class="notice">
      <span>
        You are signed out. <a href="/login?next=/rooms">Sign in</a>
      </span>
    </p>,
  );

/**
 * What came since the page around the frame was made, for those without script: the rooms with
 * newer messages.
 * @param after the time of the newest message on that page, ms.
 */
export function roomsFrame(
  list: RoomList,
  after: number,
  me: string,
  clock: Clock,
): string {
  const rooms = list.rooms.filter((room) => newestIn([room]) > after);
  return document(
    <>
      {rooms.length === 0 && (
        <p class="soft small">
          {list.reachable
            ? "New messages appear here automatically."
            : "Messages are unavailable at the moment. They will appear here as soon as they are back."}
        </p>
      )}
      <ul class="room-list">
        {rooms.map((room) => (
          <RoomRow key={room.id} room={room} me={me} clock={clock} />
        ))}
      </ul>
    </>,
  );
}
