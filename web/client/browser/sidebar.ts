/** The counts of unread messages beside a room, which go on while the room is open. */
import type { RoomEntry } from "../../http/pages/room-list.ts";

/** Between looks: ms. The socket tells only of the room it has joined. */
const EVERY = 30_000;

/** How a count is written; empty for none. */
export const unreadText = (count: number): string =>
  count > 99 ? "99+" : count ? String(count) : "";

/** What of a room's link in the sidebar is needed here. */
type RoomLink = Pick<HTMLElement, "classList" | "dataset" | "querySelector">;

/** Shows the counts of these rooms; a room without one, as realtime is down, keeps its own. */
export function showUnread(
  links: Iterable<RoomLink>,
  rooms: Pick<RoomEntry, "id" | "summary">[],
): void {
  for (const link of links) {
    const room = rooms.find(({ id }) => id === link.dataset.room);
    const count = room?.summary?.unread;
    if (count === undefined) continue;
    link.classList.toggle("unread", count > 0);
    link.querySelector("[data-unread]")!.textContent = unreadText(count);
  }
}

/**
 * Asks for the counts now and then, and when the person comes back to the tab; never for a
 * tab or a sidebar that is not seen. Ends with the signal; signed out, only coming back asks.
 */
export function followUnread(signal: AbortSignal): void {
  const look = async () => {
    const links = document.querySelectorAll<HTMLElement>("[data-room]");
    if (document.hidden || !links[0]?.offsetParent) return;
    try {
      const answer = await fetch("/api/chat", { signal });
      if (answer.status === 401) clearInterval(timer);
      if (answer.ok) showUnread(links, (await answer.json()).rooms);
    } catch {
      // Offline, or web restarts: the next look tells.
    }
  };
  const timer = setInterval(look, EVERY);
  look();
  signal.addEventListener("abort", () => clearInterval(timer));
  addEventListener("visibilitychange", look, { signal });
}
