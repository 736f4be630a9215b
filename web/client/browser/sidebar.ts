/** The other rooms beside a room, which go on while it is open. */
import type { ServerFrame } from "../../../realtime/protocol.ts";
import type { FeedState } from "./feed-state.ts";

/** How a count is written, with a sign if the person is mentioned; empty for none. */
export const unreadText = (count: number, mentioned = 0): string =>
  (mentioned ? "@" : "") + (count > 99 ? "99+" : count || "");

/** What of a room's link in the sidebar is needed here. */
type RoomLink = Pick<HTMLElement, "classList" | "dataset" | "querySelector">;

/** Shows the counts of these rooms; a room that is not known keeps its own. */
export function showUnread(
  links: Iterable<RoomLink>,
  rooms: Pick<FeedState, "rooms">["rooms"],
): void {
  for (const link of links) {
    const room = rooms[link.dataset.room!];
    if (!room) continue;
    const { unread, mentioned } = room;
    link.classList.toggle("unread", unread > 0);
    link.querySelector("[data-unread]")!.textContent = unreadText(
      unread,
      mentioned,
    );
  }
}

/** Another name of a room, or that it is no longer one's own. */
export function showFeed(
  frame: Extract<ServerFrame, { event: "room-renamed" | "membership" }>,
): void {
  const room = CSS.escape(frame.roomId);
  if (frame.event === "membership") {
    const link = document.querySelector(`[data-room="${room}"]`);
    if (frame.removed) link?.closest("li")?.remove();
    return;
  }
  // Of the room that is open, too, whose link has no count.
  showName(`.sidebar [href="/rooms/${room}"] [title]`, frame.name);
}

/** Writes a name where one stands that may be too long for its place. */
export function showName(selector: string, name: string): void {
  const element = document.querySelector<HTMLElement>(selector);
  if (!element) return;
  element.title = name;
  element.firstElementChild!.textContent = name;
}
