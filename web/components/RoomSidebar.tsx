import { unreadText } from "../client/browser/sidebar.ts";
import type { RoomEntry } from "../http/pages/room-list.ts";
import { Avatar } from "./Avatar.tsx";
import { Icon } from "./Icon.tsx";
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
      <ul class="sidebar-rooms">
        {rooms.map((room) => (
          <li key={room.id}>
            <SidebarRoom
              room={room}
              current={room.id === current && (about ? "true" : "page")}
            />
          </li>
        ))}
      </ul>
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

function SidebarRoom({ room, current }: {
  room: RoomEntry;
  current: false | "page" | "true";
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
