/** The sidebar and the tab's title, which live from the person's feed while a room is open. */
import type { ClientFrame, ServerFrame } from "../../../realtime/protocol.ts";
import { type FeedState, noFeed, reduceFeed } from "./feed-state.ts";
import { showFeed } from "./sidebar.ts";

/** What of a room the feed needs: its connection. */
export interface FeedLink {
  /** Whether the frame went out. */
  ask(frame: ClientFrame): boolean;
  /** Gets every frame of the server, while it is set. */
  hear?: (frame: ServerFrame) => void;
}

/** Milliseconds at least, and about, until summaries are asked for: many may need them at once. */
const SOON = 200;
/** Milliseconds after identifying in which a connection joins its room: later it only checks. */
const BEGINNING = 5_000;
/** Rooms asked about in one frame. */
const AT_ONCE = 100;

/** What a feed tells. */
export interface FeedEars {
  /** Each state. */
  told(state: FeedState): void;
  /** Each new name of a room. */
  renamed(roomId: string, name: string): void;
  /** A new connection: names of rooms may have changed while there was none. */
  back(): void;
}

/** Follows the feed until the signal. */
export function followFeed(
  link: FeedLink,
  me: string,
  signal: AbortSignal,
  { told, renamed, back }: FeedEars,
): void {
  let state = noFeed(me);
  let identifiedAt = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function askSoon() {
    if (!state.askAll && !state.ask.length) return;
    timer ??= setTimeout(() => {
      timer = undefined;
      const { askAll, ask } = state;
      const rooms = ask.slice(0, AT_ONCE);
      const frame: ClientFrame = askAll
        ? { event: "summaries" }
        : { event: "summaries", rooms };
      // Not live now: when it is again, all is asked for.
      if (link.ask(frame)) state = { ...state, askAll: false };
    }, SOON * (1 + 4 * Math.random()));
  }

  link.hear = (frame) => {
    const before = state;
    if (frame.event === "identified") identifiedAt = Date.now();
    // A new connection: what came while there was none is missing.
    if (
      frame.event === "room-joined" && Date.now() - identifiedAt < BEGINNING
    ) {
      state = { ...state, askAll: true };
      back();
    }
    state = reduceFeed(state, frame);
    if (frame.event === "summaries" && frame.next) {
      link.ask({ event: "summaries", after: frame.next });
    }
    if (state.rooms !== before.rooms) told(state);
    if (frame.event === "room-renamed" || frame.event === "membership") {
      showFeed(frame);
    }
    if (frame.event === "room-renamed") renamed(frame.roomId, frame.name);
    if (state !== before) askSoon();
  };
  askSoon();
  signal.addEventListener("abort", () => {
    clearTimeout(timer);
    link.hear = undefined;
  });
}
