import type { WayOn } from "../browser/socket.ts";

/** The link to what a person can do once they are refused. */
export function linkOn(way: WayOn, roomId: string) {
  switch (way) {
    case "login":
      return <a href={`/login?next=/rooms/${roomId}`}>Sign in to continue.</a>;
    case "rooms":
      return <a href="/rooms">Go to your rooms.</a>;
    case "reload":
      return <a href="">Reload the page.</a>;
  }
}
