/**
 * What a room needs only once its text is live. Loaded in the first idle moment after that, so
 * that it is there when it is used, also without a network.
 */
import "../drawn/whole-row.tsx";
// With the room's code as a whole the bundler leaves that in one file, which is smaller.
import "../../islands/Room.tsx";
import { type Keys, listenForKeys } from "./keys.ts";
import { press } from "./press.ts";
import type { RoomState } from "./room-state.ts";
import { followUnread } from "./sidebar.ts";
import { walk } from "./walk.ts";
import { tellZone } from "./zone.ts";

export { giveBack } from "./refused.ts";

/** The other rooms' counts are followed from here on, as the server's are new: ms. */
const COUNTS = 20_000;
/** Once what changes messages is here, that needs no network: ms. */
const EXTRAS = 5_000;

/** Begins all of it, until the signal. */
export function begin(
  log: HTMLElement,
  input: HTMLTextAreaElement,
  signal: AbortSignal,
  keys: Keys,
): void {
  tellZone();
  // Offline, a page that is asked for is our own.
  navigator.serviceWorker?.register("/sw.js").catch(() => {});
  walk(log);
  if (matchMedia("(any-pointer:coarse)").matches) press(log, signal);
  listenForKeys(input, signal, keys);
  // Until it is here: the network may be away just then.
  const getExtras = () =>
    import("../drawn/Extras.tsx").then(stopExtras, () => {});
  const stopExtras = () => clearInterval(extras);
  const extras = setInterval(getExtras, EXTRAS);
  const counts = setTimeout(() => followUnread(signal), COUNTS);
  signal.addEventListener("abort", () => {
    stopExtras();
    clearTimeout(counts);
  });
}

let title: string | undefined;

/** How many came unseen stands in the tab's title. */
export function tellTitle({ messages, read, me }: RoomState): void {
  const news =
    messages.filter(({ offset, sender }) =>
      document.hidden && offset > read && sender.id !== me
    ).length;
  title ??= document.title;
  document.title = (news ? `(${news}) ` : "") + title;
}
