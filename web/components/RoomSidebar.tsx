import { unreadText } from "../client/browser/sidebar.ts";
import type { RoomEntry } from "../http/pages/room-list.ts";
import { Avatar } from "./Avatar.tsx";
import { Icon } from "./Icon.tsx";
import { keptMarkup } from "./kept-markup.ts";
import { Mark } from "./Mark.tsx";
import { ReadAhead } from "./ReadAhead.tsx";

/**
 * Beside a room and the pages about it, on wide screens: the other rooms, and the way to
 * everything else.
 */
export function RoomSidebar({ rooms, current, about, me }: {
  rooms: RoomEntry[];
  /** The id of the room shown, if one is. */
  current?: string;
  /** The page is about that room, and not the room itself. */
  about?: boolean;
  me: { id: string; name: string };
}) {
  return (
    <nav class="sidebar" aria-label="Rooms">
      <ReadAhead />
      <a class="wordmark" href="/rooms">
        <Mark />
        <span>ChatSphere</span>
      </a>
      <ul
        class="sidebar-rooms"
        dangerouslySetInnerHTML={{
          __html: rooms.map((room) =>
            keptRoom(room, room.id === current && (about ? "true" : "page"))
          ).join(""),
        }}
      />
      <a class="sidebar-link" href="/rooms/new">
        <Icon name="plus" /> New room
      </a>
      <a class="sidebar-link" href="/people">
        <Icon name="people" /> People
      </a>
      <a class="sidebar-link" href="/account">
        <Avatar id={me.id} name={me.name} />
        <span class="truncate" title={me.name}>
          <bdi>{me.name}</bdi>
        </span>
      </a>
    </nav>
  );
}

type Current = false | "page" | "true";

/** The markup of a room's link, by all that {@link SidebarRoom} draws it from. */
function keptRoom(room: RoomEntry, current: Current): string {
  const { unread, mentioned } = room.summary ?? {};
  const source = ["sidebar", current, room.id, room.name, unread, mentioned];
  return keptMarkup(JSON.stringify(source), () => (
    <li>
      <SidebarRoom room={room} current={current} />
    </li>
  ));
}

function SidebarRoom({ room, current }: {
  room: RoomEntry;
  current: Current;
}) {
  const unread = current ? 0 : room.summary?.unread ?? 0;
  return (
    <a
      class={unread ? "sidebar-link unread" : "sidebar-link"}
      href={`/rooms/${room.id}`}
      aria-current={current || undefined}
      data-room={current ? undefined : room.id}
    >
      <span class="truncate" title={room.name}>
        <bdi>{room.name}</bdi>
      </span>
      {/* Also where nothing is unread, which may change while the page is open. */}
      <span class="badge">
        <span data-unread="">
          {unreadText(unread, current ? 0 : room.summary?.mentioned)}
        </span>
        <span class="visually-hidden">unread</span>
      </span>
    </a>
  );
}
