/**
 * What a room needs only once its text is live. Loaded in the first idle moment after that, so
 * that it is there when it is used, also without a network.
 */
import "./choose-line.ts";
import "../drawn/whole-row.tsx";
import "./keep-colours.ts";
// With the room's code as a whole the bundler leaves that in one file, which is smaller.
import "../../islands/Room.tsx";
import type { Message } from "../../../realtime/protocol.ts";
import { holdToTalk } from "./hold-to-talk.ts";
import { type Keys, listenForKeys } from "./keys.ts";
import { isMentioned } from "../drawn/mentions.ts";
import { mention } from "./mention.ts";
import { nameEmoji } from "./name-emoji.ts";
import { offerWords } from "./offer.ts";
import { pickEmoji } from "./pick-emoji.ts";
import { press } from "./press.ts";
import type { OpenRoom } from "./room.ts";
import type { RoomState } from "./room-state.ts";
import { renderAhead } from "./ahead.ts";
import { carryFiles } from "./carry.ts";
import { fit } from "./fit.ts";
import { followFeed } from "./feed.ts";
import type { FeedState } from "./feed-state.ts";
import { openNames } from "./room-names.ts";
import { showFeed, showName, showUnread, unreadText } from "./sidebar.ts";
import { keepForOffline, unsentChanged } from "./offline.ts";
import { giveBack as giveBackRefused } from "./refused.ts";
import { takeFiles } from "./take-files.ts";
import { viewPictures } from "./view-pictures.ts";
import { listenToVoices } from "./voices.ts";
import { wakeRows } from "./wake.ts";
import { walk } from "./walk.ts";
import { loadZone } from "./zone.ts";

export { here, writing } from "../drawn/who.ts";
export { linkOn } from "../drawn/link-on.tsx";

// Days and times are written from now on. A browser that has no threads does it all the same.
await loadZone().catch(() => {});

/** Once what changes messages is here, that needs no network: ms. */
const EXTRAS = 5_000;

/** Hears of every change of what waits to be sent. */
export function giveBack(what: Parameters<typeof giveBackRefused>[0]): void {
  giveBackRefused(what);
  unsentChanged(what.room.state().me);
}

/** Ctrl+K, or ⌘K, leads to any room or person; what offers them is loaded when it is used. */
function onSwitch(event: KeyboardEvent): void {
  const isAsked = (event.ctrlKey || event.metaKey) && !event.shiftKey &&
    !event.altKey && event.key.toLowerCase() === "k";
  if (!isAsked || event.isComposing) return;
  event.preventDefault();
  // Offline, or the page is of an older build whose files are gone: the links still lead there.
  import("../drawn/Switcher.tsx").then((it) => it.toggleSwitcher(), () => {});
}

/** Begins all of it, until the signal. */
export function begin(
  log: HTMLElement,
  input: HTMLTextAreaElement,
  signal: AbortSignal,
  keys: Omit<Keys, "toEdit">,
  room: OpenRoom,
): void {
  const getExtras = () =>
    import("../drawn/Extras.tsx").then(stopExtras, () => {});
  const stopExtras = () => clearInterval(extras);
  wakeRows(log, room.message, signal);
  keepForOffline(room.state().me, signal);
  walk(log);
  fit(input, signal);
  viewPictures(log, signal);
  if (matchMedia("(any-pointer:coarse)").matches) press(log, signal);
  listenForKeys(input, signal, { ...keys, toEdit: getExtras });
  addEventListener("keydown", onSwitch, { signal });
  takeFiles(input, room, signal);
  pickEmoji(input, signal);
  carryFiles(room);
  renderAhead(log.closest(".room")!, signal);
  listenToVoices(log, input, room, signal);
  holdToTalk(input.form!, signal);
  offerWords(input, signal, [mention(room), nameEmoji(input, signal)]);
  // Until it is here: the network may be away just then.
  const extras = setInterval(getExtras, EXTRAS);
  signal.addEventListener("abort", stopExtras);
  const { me, roomId } = room.state();
  let before: FeedState["rooms"] = {};
  const named = (id: string, name: string) => {
    if (id !== roomId) return;
    showName(".room-head h1", name);
    title = `${name} · ChatSphere`;
    tellTitle(room.state());
  };
  const names = openNames(signal, (roomId, name) => {
    showFeed({ event: "room-renamed", roomId, name });
    named(roomId, name);
  });
  followFeed(room, me, signal, {
    told({ rooms }) {
      const was = before;
      before = rooms;
      if (mayTell()) withTell((it) => it.tellOf(was, rooms, me));
      showUnread(document.querySelectorAll<HTMLElement>("[data-room]"), rooms);
      elsewhere = mentioned = 0;
      for (const id in rooms) {
        if (id === roomId) continue;
        elsewhere += rooms[id].unread;
        mentioned += rooms[id].mentioned;
      }
      tellTitle(room.state());
    },
    renamed(id, name) {
      names.heard(id);
      named(id, name);
    },
    back: names.ask,
  });
}

const canShow = () => globalThis.Notification?.permission === "granted";
/** Whether a page that is not looked at would tell of anything: see tell.ts. */
const mayTell = () =>
  document.cookie.includes("sound=on") || document.hidden && canShow();
const withTell = (work: (it: typeof import("./tell.ts")) => unknown) =>
  // Offline, or the page is of an older build whose files are gone.
  void import("./tell.ts").then(work).catch(() => {});

let title: string | undefined;
/** The number at the app's icon, and how far what was shown of this room is gone. */
let badge = -1, closed = 0;
/** Up to where what is new in this room was told of. */
let told: number | undefined;
/** What is unread in other rooms, and of that what mentions the person. */
let elsewhere = 0;
let mentioned = 0;

/** How much is unread in other rooms, and came unseen in this one, stands in the tab's title. */
export function tellTitle(
  { messages, offset, read, me, roomId }: RoomState,
): void {
  const unseen = messages.filter(({ offset, sender }) =>
    document.hidden && offset > read && sender.id !== me
  );
  const isCall = (message: Message) => isMentioned(message, me);
  const calls = mentioned + unseen.filter(isCall).length;
  const total = elsewhere + unseen.length;
  // Where the app is installed: https://w3c.github.io/badging/
  if (total !== badge) navigator.setAppBadge?.(badge = total).catch(() => {});
  const since = told ?? offset;
  const fresh = unseen.filter((message) => message.offset > since);
  told = offset;
  if (fresh.length > 0 && mayTell()) {
    withTell((it) => it.tell(roomId, fresh, isCall));
  }
  if (read > closed && canShow()) {
    closed = read;
    withTell((it) => it.close(roomId, read));
  }
  const count = unreadText(total, calls);
  title ??= document.title;
  document.title = (count ? `(${count}) ` : "") + title;
}
