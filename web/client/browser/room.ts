/** Ties the room's state, its connection and what is kept on the device together. */
import type {
  ClientFrame,
  Mention,
  Message,
  ServerFrame,
  Voice,
} from "../../../realtime/protocol.ts";
import { expected } from "./entries.ts";
import type { FeedLink } from "./feed.ts";
import {
  type Kept,
  openPending,
  type Request,
  type Upload,
} from "./pending.ts";
import {
  type Action,
  isOf,
  positionOf,
  reduce,
  type RoomState,
  type Unsent,
} from "./room-state.ts";
import {
  connect,
  type LinkOptions,
  type LinkState,
  REMOVED,
  TIMING,
  type WayOn,
} from "./socket.ts";
import { openTimers } from "./timers.ts";

/** How long a "…is typing" holds, and the least time between two of ours: ms. */
const TYPING = 4_000;
/** When all that is unsent is older than this, it waits for the person's word after a
 * reload: ms. Never a part of it, as the rest would overtake that. */
const STALE = 3_600_000;
/** How many messages a tab left open for days keeps. */
const KEEP = 1_000;

export interface OpenRoom extends FeedLink {
  /** What is shown now. */
  state(): RoomState;
  /** A message as it will be once what waits about it is done. */
  message(id: string): Message | undefined;
  /** Shows the message at once, with the files that are attached, and sends it as soon as it can
   * be. */
  send(content: string, replyTo?: string): void;
  /** Whom a text mentions, once what knows that is there. */
  mentionsIn?: (
    content: string,
    before?: Mention[],
  ) => Mention[] | undefined;
  /** Hands over the files that were chosen for what is sent now. */
  attached?(): Upload[] | undefined;
  /** The same for a recording. */
  spoken?(): Voice | undefined;
  /** Sends a message with files or a recording, whose answer goes to `say`; whether that is under way. Until there
   * is such a thing they wait. */
  deliver?(one: Unsent, say: (answer: ServerFrame) => void): boolean;
  /** Keeps and sends one instead of what has its id. */
  put(one: Kept): void;
  retry(clientId: string): void;
  discard(clientId: string): void;
  /** The same for an edit, a deletion or a reaction. */
  request(request: Request): void;
  /** Drops what other tabs have sent or discarded; with `all`, takes over what waits in them. */
  heed(all?: boolean): void;
  typing(): void;
  /** All messages have been seen, or those up to an offset. */
  seen(upTo?: number): void;
  /** Fetches the page before the first message, or after the last. */
  more(where: "before" | "after"): Promise<void>;
  /** Shows the newest messages instead of earlier ones. */
  newest(): void;
  draft(): string;
  saveDraft(text: string): void;
  check(): void;
  close(): void;
}

export interface OpenRoomOptions extends
  Pick<
    LinkOptions,
    "url" | "first" | "token" | "onState" | "renew" | "timing"
  > {
  state: RoomState;
  onChange(state: RoomState): void;
  /** Something the person asked for could not be done; a sentence for them. */
  onNotice(message: string): void;
  storage?: () => Storage;
  /** The storage of this tab alone. */
  tab?: () => Storage;
}

/** 128 random bits. `crypto.randomUUID` is missing on plain http in a local network. */
export const newId = (): string =>
  crypto.getRandomValues(new Uint32Array(4)).join("-");

/** Opens the room: restores what is unsent, connects, and reports every change of state. */
export function openRoom(options: OpenRoomOptions): OpenRoom {
  let { state } = options;
  const { roomId, me } = state;
  const pending = openPending(me, roomId, options.storage, options.tab);
  /** What the device keeps, so that its absence there is another tab's decision. */
  const kept = new Set<string>();
  const { after, stopAll } = openTimers();
  const { late } = { ...TIMING, ...options.timing };
  /** The one under way: the next goes when it was answered, so that none is overtaken. */
  let asked = "";
  let live = false;
  let typedAt = 0;
  let over = false;

  const find = (id: string) => state.unsent.find((u) => u.clientId === id);

  function update(change: (state: RoomState) => RoomState) {
    const before = state;
    state = change(before);
    for (const was of before.unsent) {
      const now = find(was.clientId);
      if (!now || (now !== was && now.status === "sent")) {
        pending.drop(was.clientId);
      }
    }
    if (state !== before) options.onChange(state);
    if (state.recover && !before.recover) link.check();
    next();
  }
  const dispatch = (action: Action) => update((now) => reduce(now, action));

  /** Sends the oldest of what is unsent, unless it is under way. */
  function next() {
    const gone = state.unsent.find((u) =>
      u.status !== "sent" && kept.has(u.clientId) && !pending.has(u.clientId)
    );
    if (gone) return dispatch({ event: "discard", clientId: gone.clientId });
    const first = state.unsent.find((u) => u.status === "sending");
    if (!first) return;
    const { clientId, content, replyTo, mentions, request, uploads, voice } =
      first;
    if (clientId === asked) return;
    const message = { clientId, content, replyTo, mentions };
    const frame: ClientFrame = request
      ? { ...request, roomId, clientId }
      : { event: "chat-message", roomId, message };
    if (uploads || voice ? self.deliver?.(first, onFrame) : link.send(frame)) {
      asked = clientId;
    }
  }

  const again = () => {
    asked = "";
    next();
  };

  /** Puts it where it belongs in the queue. */
  function add(one: Unsent) {
    const { clientId } = one;
    dispatch({ event: "send", ...one });
    const wait = () =>
      find(clientId)?.status === "sending" &&
      dispatch({ event: "late", clientId });
    if (one.request && !live) wait();
    else after(clientId, late, wait);
  }

  function write(
    what: Pick<
      Kept,
      "content" | "replyTo" | "mentions" | "request" | "uploads" | "voice"
    >,
  ) {
    heed(true);
    const last = state.unsent.at(-1)?.timestamp ?? 0;
    // Never at the same time, whatever the clock says: the queue is in this order.
    const timestamp = Math.max(Date.now(), last + 1);
    put({ clientId: newId(), ...what, timestamp });
  }

  function put(one: Kept) {
    if (pending.keep(one)) {
      kept.add(one.clientId);
    } else {
      options.onNotice(
        "This device is full. Stay here until all is sent.",
      );
    }
    add({ ...one, status: "sending" });
  }

  function heed(all = false) {
    // It may be under way there; sent twice, it is one message.
    const others = all ? pending.list() : [];
    others.filter((one) => !kept.has(one.clientId)).forEach((one) =>
      restore(one)
    );
    next();
  }

  function restore(one: Kept, stale = false) {
    kept.add(one.clientId);
    const { failed = stale ? "This was not sent when you left." : "" } = one;
    add({
      ...one,
      status: failed ? "failed" : "sending",
      reason: failed || undefined,
    });
  }

  function onFrame(frame: ServerFrame) {
    self.hear?.(frame);
    const { roomId: of = roomId } = frame as { roomId?: string };
    if (of !== roomId) return;
    // Also after a mere position check: what is still unanswered may be lost.
    if (frame.event === "room-joined") asked = "";
    dispatch(frame);
    switch (frame.event) {
      case "room-joined":
        if (state.recover) link.check();
        break;
      case "error":
        failed(frame);
        break;
      case "typing": {
        const { id } = frame.sender;
        const end = () => dispatch({ event: "typing-ended", id });
        after(`typing ${id}`, TYPING + 1_000, end);
        break;
      }
      case "membership":
        if (frame.removed) link.refuse(REMOVED, "rooms");
        // An archived room is back, if nothing else is said.
        else onState("live");
        break;
      case "identified":
        // Signed in anew, in another tab: what is written here is not theirs to send.
        if (frame.userId !== me) {
          link.refuse("Someone else is signed in now.", "reload");
        }
    }
  }

  function failed(error: Extract<ServerFrame, { event: "error" }>) {
    const { ref = "", code, message, retryable } = error;
    const one = find(ref);
    // What becomes of it is heard: its socket stays open, and all of it can be read.
    if (code === "room-archived") {
      onState("refused", message, "rooms");
      over = false;
    } else if (ref === "join-room" && !retryable) link.refuse(message, "rooms");
    if (ref === asked) {
      if (retryable) after("again", 1_000 + Math.random() * 2_000, again);
      // So that it can be tried again.
      else asked = "";
    }
    if (one?.failed) pending.keep(one);
  }

  function onState(next: LinkState, reason?: string, wayOn?: WayOn) {
    live = next === "live";
    over = next === "refused";
    if (over) {
      stopAll();
      dispatch({ event: "refused" });
    }
    options.onState(next, reason, wayOn);
  }

  const link = connect({
    ...options,
    roomId,
    position: () => positionOf(state),
    onFrame,
    onState,
  });

  const self: OpenRoom = {
    ask: link.send,
    state: () => state,
    message(id) {
      const found = state.messages.find((message) => message.id === id);
      return found && expected(found, state);
    },
    send: (content, replyTo) =>
      write({
        ...{ content, replyTo, mentions: self.mentionsIn?.(content) },
        uploads: self.attached?.(),
        voice: self.spoken?.(),
      }),
    put,
    request: (request) => write({ content: "", request }),
    heed,
    retry(clientId) {
      dispatch({ event: "retry", clientId });
      state.unsent.filter((u) => isOf(u, clientId)).forEach(pending.keep);
    },
    discard: (clientId) => dispatch({ event: "discard", clientId }),
    typing() {
      if (Date.now() - typedAt < TYPING) return;
      typedAt = Date.now();
      link.send({ event: "typing", roomId });
    },
    seen(upTo) {
      const { messages, behind } = state;
      const offset = upTo ??
        (behind ? messages.at(-1)?.offset ?? 0 : state.offset);
      if (offset > state.read && link.send({ event: "read", roomId, offset })) {
        dispatch({ event: "read", roomId, offset });
        if (!upTo) dispatch({ event: "trim", keep: KEEP });
      }
    },
    async more(where) {
      const { loading } = state;
      const open = where === "before" ? state.more : state.behind;
      if (over || !open || loading) return;
      try {
        await (await import("./older.ts")).loadMore(state, update, where);
      } catch {
        // Down or offline: scrolling there again asks again.
        options.onNotice("This could not be loaded. Try again.");
      }
    },
    newest: () => dispatch({ event: "newest" }),
    draft: pending.draft,
    saveDraft: pending.saveDraft,
    check: link.check,
    close() {
      stopAll();
      link.close();
    },
  };

  const unsent = pending.list();
  const newest = unsent.at(-1)?.timestamp ?? 0;
  for (const one of unsent) restore(one, Date.now() - newest > STALE);
  return self;
}
