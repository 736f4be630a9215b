import { textOf } from "../client/drawn/files.tsx";
import { unreadText } from "../client/browser/sidebar.ts";
import type { Clock } from "../client/drawn/times.ts";
import type { RoomEntry } from "../http/pages/room-list.ts";
import { madeFrom } from "../made-from.ts";
import { Ago, agoText } from "./Ago.tsx";
import { keptMarkup } from "./kept-markup.ts";

/** For so long a list may say how many minutes ago something was: ms. */
const AGO_MS = 30_000;

/** What the list calls rooms that not only those who are invited are in. */
const KINDS = { open: "Open", direct: "Direct" };

/** What the list shows of the last message, on one line. */
function Preview({ room, me }: { room: RoomEntry; me: string }) {
  const last = room.summary?.last;
  if (!last) {
    if (room.kind === "direct") {
      return <span class="truncate soft">No messages yet</span>;
    }
    const people = room.memberCount === 1
      ? "Only you so far"
      : `${room.memberCount} members`;
    return <span class="truncate soft">{people}</span>;
  }
  const mine = last.sender.id === me;
  if (last.deletedAt) {
    return (
      <span class="truncate soft">
        {mine ? "You deleted a message" : (
          <>
            <bdi>{last.sender.name}</bdi> deleted a message
          </>
        )}
      </span>
    );
  }
  return (
    <span class="truncate soft">
      <bdi>{mine ? "You" : last.sender.name}</bdi>: <bdi>{textOf(last)}</bdi>
    </span>
  );
}

interface RoomRowProps {
  room: RoomEntry;
  me: string;
  clock: Clock;
}

/** It says how long ago something was: ms since 1970. */
interface Seen extends RoomRowProps {
  now: number;
}

/** Everything {@link Inside} is drawn from. */
function sourceOf({ room, me, clock, now }: Seen): string {
  const { id, name, kind, archivedAt, memberCount, summary } = room;
  const { unread, mentioned, last } = summary ?? {};
  const said = last && [
    last,
    last.sender.id === me,
    agoText(last.timestamp, now, clock),
  ];
  return JSON.stringify([
    ...["row of the list", id, name, kind, archivedAt, memberCount],
    ...[unread, mentioned, said],
  ]);
}

/** One room of the list: its name, what was said last and when, what is unread. */
export function RoomRow(props: RoomRowProps) {
  const seen = { ...props, now: Date.now() };
  madeFrom()?.until(seen.now + AGO_MS);
  const html = keptMarkup(sourceOf(seen), () => <Inside {...seen} />);
  return <li dangerouslySetInnerHTML={{ __html: html }} />;
}

function Inside({ room, me, clock, now }: Seen) {
  const unread = room.summary?.unread ?? 0;
  return (
    <a class="room-row" href={`/rooms/${room.id}${unread ? "#new" : ""}`}>
      <span
        class={unread ? "room-row-name unread" : "room-row-name"}
      >
        <span class="truncate" title={room.name}>
          <bdi>{room.name}</bdi>
        </span>
        {room.archivedAt !== undefined
          ? <span class="soft small">Archived</span>
          : room.kind !== "closed" && (
            <span class="soft small">{KINDS[room.kind]}</span>
          )}
      </span>
      <span class="room-row-time soft small">
        {room.summary?.last && (
          <Ago at={room.summary.last.timestamp} clock={clock} now={now} />
        )}
      </span>
      <Preview room={room} me={me} />
      {unread > 0 && (
        <span class="badge">
          {unreadText(unread, room.summary?.mentioned)}
          <span class="visually-hidden">unread</span>
        </span>
      )}
    </a>
  );
}
