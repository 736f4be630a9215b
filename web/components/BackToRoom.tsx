import type { Room } from "../rooms/types.ts";
import { Icon } from "./Icon.tsx";

/** The way back to a room from the pages about it. */
export function BackToRoom({ room }: { room: Pick<Room, "id" | "name"> }) {
  return (
    <p>
      <a class="back" href={`/rooms/${room.id}`}>
        <Icon name="arrow-left" size={18} />
        <span class="truncate" title={room.name}>
          <bdi>{room.name}</bdi>
        </span>
      </a>
    </p>
  );
}
