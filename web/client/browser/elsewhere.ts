/**
 * Tells whoever has a page without a room open, and looks elsewhere, of what comes: in the tab's
 * title, at the app's icon, and as tell.ts does. elsewhere-script.ts makes one script of it, which
 * components/Elsewhere.tsx loads where a tab is hidden: a page that is looked at needs none.
 */
import type { ClientFrame, ServerFrame } from "../../../realtime/protocol.ts";
import { noFeed, reduceFeed, unreadInAll } from "./feed-state.ts";
import { unreadText } from "./sidebar.ts";
import { close, isLoud, mayShow, tellOf } from "./tell.ts";
import { fetchToken, type Refused } from "./token.ts";

/** Milliseconds until summaries are asked for that may be behind, and until there is a socket. */
const SOON = 500;
const LONGEST = 100_000;
/** Rooms asked about in one frame. */
const AT_ONCE = 100;

/**
 * Follows the person's feed whenever the tab is hidden, from now on.
 *
 * @param address of realtime's socket, as a page of ours sees it.
 * @param me the person's id.
 */
export function follow(address: string, me: string): void {
  const url = new URL(address, location.href.replace("http", "ws"));
  // The list of rooms counts in its title itself.
  const counts = !document.getElementById("list");
  const { title } = document;
  let state = noFeed(me), wait = SOON;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let socket: WebSocket | undefined;
  /** The session has ended: no token comes any more. */
  let isOver = false;

  const ask = (frame: ClientFrame) => socket?.send(JSON.stringify(frame));

  function askSoon() {
    if (!state.askAll && state.ask.length === 0) return;
    timer ??= setTimeout(() => {
      timer = undefined;
      const rooms = state.ask.slice(0, AT_ONCE);
      ask(
        state.askAll ? { event: "summaries" } : { event: "summaries", rooms },
      );
      state = { ...state, askAll: false };
    }, SOON);
  }

  function hear(frame: ServerFrame) {
    const { rooms } = state;
    // What came while there was no socket is missing.
    if (frame.event === "identified") {
      wait = SOON;
      state = { ...state, askAll: true };
    }
    state = reduceFeed(state, frame);
    if (frame.event === "summaries" && frame.next) {
      ask({ event: "summaries", after: frame.next });
    }
    if (state.rooms !== rooms) {
      if (isLoud() || mayShow()) tellOf(rooms, state.rooms, me);
      for (const id in state.rooms) {
        const { read } = state.rooms[id];
        if (rooms[id] && read > rooms[id].read) void close(id, read);
      }
      show();
    }
    askSoon();
  }

  function show() {
    const total = unreadInAll(state);
    const calls = Object.values(state.rooms)
      .reduce((sum, { mentioned }) => sum + mentioned, 0);
    navigator.setAppBadge?.(total).catch(() => {});
    const count = unreadText(total, calls);
    if (counts) document.title = (count ? `(${count}) ` : "") + title;
  }

  async function open() {
    timer = undefined;
    try {
      const { token } = await fetchToken("realtime");
      if (!document.hidden || socket) return;
      const line = socket = new WebSocket(url);
      line.onopen = () => ask({ event: "identify", token });
      line.onmessage = ({ data }) => {
        if (line !== socket) return;
        hear(JSON.parse(data));
      };
      line.onclose = () => line === socket && again();
    } catch (error) {
      isOver = (error as Refused).final === true;
      again();
    }
  }

  /** All clients of a server that restarts come back, and not at one moment. */
  function again() {
    end();
    if (!isOver && document.hidden) {
      timer = setTimeout(open, wait * (1 + Math.random()));
    }
    wait = Math.min(2 * wait, LONGEST);
  }

  function end() {
    clearTimeout(timer);
    timer = undefined;
    const line = socket;
    socket = undefined;
    line?.close();
  }

  /** Not at once: whoever goes to another page leaves this one hidden for a moment, too. */
  function look() {
    wait = SOON;
    again();
    if (counts && !document.hidden) document.title = title;
  }

  addEventListener("visibilitychange", look);
  look();
}
