/** Ties the room's state, its connection and what is kept on the device together. */
import type { ClientFrame, ServerFrame } from "../../realtime/protocol.ts";
import { openPending } from "./pending.ts";
import {
  type Action,
  positionOf,
  reduce,
  type RoomState,
  type Unsent,
} from "./room-state.ts";
import { connect, type LinkOptions, REMOVED, TIMING } from "./socket.ts";
import { openTimers } from "./timers.ts";

/** How long a "…is typing" holds, and the least time between two of ours: ms. */
const TYPING = 4_000;
/** Unsent messages older than this wait for the person's word after a reload: ms. */
const STALE = 3_600_000;
/** How many messages a tab left open for days keeps. */
const KEEP = 1_000;

type Amendment = Extract<ClientFrame, { clientId: string }>;
type Bare<A> = A extends Amendment ? Omit<A, "roomId" | "clientId"> : never;
/** An edit, a deletion or a reaction. */
export type Request = Bare<Amendment>;

export interface OpenRoom {
  /** What is shown now. */
  state(): RoomState;
  /** Shows the message at once and sends it as soon as it can be. */
  send(content: string, replyTo?: string): void;
  retry(clientId: string): void;
  discard(clientId: string): void;
  /** Sends it, and again after a reconnect, until it is answered. */
  request(request: Request): void;
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
    "url" | "token" | "onState" | "renew" | "timing"
  > {
  state: RoomState;
  onChange(state: RoomState): void;
  /** Something the person asked for could not be done; a sentence for them. */
  onNotice(message: string): void;
  storage?: () => Storage;
}

/** 128 random bits. `crypto.randomUUID` is missing on plain http in a local network. */
export const newId = (): string =>
  crypto.getRandomValues(new Uint32Array(4)).join("-");

/** Opens the room: restores what is unsent, connects, and reports every change of state. */
export function openRoom(options: OpenRoomOptions): OpenRoom {
  let { state } = options;
  const { roomId, me } = state;
  const pending = openPending(me, roomId, options.storage);
  const waiting = new Map<string, ClientFrame>();
  const { after, stopAll } = openTimers();
  const { late } = { ...TIMING, ...options.timing };
  let typedAt = 0;
  let over = false;

  function update(change: (state: RoomState) => RoomState) {
    const before = state;
    state = change(before);
    for (const { clientId } of before.unsent) {
      const now = state.unsent.find((u) => u.clientId === clientId);
      if (!now || now.status === "sent") {
        pending.drop(clientId);
        waiting.delete(clientId);
      }
    }
    if (state !== before) options.onChange(state);
    if (state.recover && !before.recover) link.check();
  }
  const dispatch = (action: Action) => update((now) => reduce(now, action));

  function post(clientId: string, frame: ClientFrame) {
    waiting.set(clientId, frame);
    link.send(frame);
  }

  function postMessage({ clientId, content, replyTo }: Unsent) {
    const message = { clientId, content, replyTo };
    post(clientId, { event: "chat-message", roomId, message });
    after(
      clientId,
      late,
      () => waiting.has(clientId) && dispatch({ event: "late", clientId }),
    );
  }

  function onFrame(frame: ServerFrame) {
    dispatch(frame);
    switch (frame.event) {
      case "room-joined":
        if (state.recover) link.check();
        // Also after a mere position check: what is still unanswered may be lost.
        waiting.forEach(link.send);
        break;
      case "message-ack":
        waiting.delete(frame.clientId);
        break;
      case "message-edited":
      case "message-deleted":
      case "reaction":
        if (frame.sender.id === me) waiting.delete(frame.clientId);
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
        break;
      case "identified":
        // Signed in anew, in another tab: what is written here is not theirs to send.
        if (frame.userId !== me) {
          link.refuse("Somebody else is signed in now.", "reload");
        }
    }
  }

  function failed(error: Extract<ServerFrame, { event: "error" }>) {
    const { ref = "", message, retryable } = error;
    const frame = waiting.get(ref);
    if (retryable) {
      const again = () => waiting.has(ref) && link.send(frame!);
      after(`again ${ref}`, 1_000 + Math.random() * 2_000, again);
    } else if (ref === "join-room") {
      link.refuse(message, "rooms");
    } else if (waiting.delete(ref) && frame?.event !== "chat-message") {
      options.onNotice(message);
    }
  }

  const link = connect({
    ...options,
    roomId,
    position: () => positionOf(state),
    onFrame,
    onState(next, reason, wayOn) {
      if (next === "refused") {
        over = true;
        stopAll();
        waiting.clear();
        dispatch({ event: "refused" });
      }
      options.onState(next, reason, wayOn);
    },
  });

  for (const kept of pending.list()) {
    const stale = Date.now() - kept.timestamp > STALE;
    dispatch({
      event: "send",
      ...kept,
      status: stale ? "failed" : "sending",
      reason: stale ? "This was not sent when you left." : undefined,
    });
    if (!stale) postMessage({ ...kept, status: "sending" });
  }

  return {
    state: () => state,
    send(content, replyTo) {
      const timestamp = Date.now();
      const kept = { clientId: newId(), content, replyTo, timestamp };
      const unsent: Unsent = { ...kept, status: "sending" };
      pending.keep(kept);
      dispatch({ event: "send", ...unsent });
      postMessage(unsent);
    },
    retry(clientId) {
      dispatch({ event: "retry", clientId });
      const unsent = state.unsent.find((u) => u.clientId === clientId);
      if (unsent) postMessage(unsent);
    },
    discard: (clientId) => dispatch({ event: "discard", clientId }),
    request(request) {
      const clientId = newId();
      post(clientId, { ...request, roomId, clientId });
    },
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
      const { messages, loading } = state;
      const open = where === "before" ? state.more : state.behind;
      if (over || !open || loading || !messages[0]) return;
      try {
        await (await import("./older.ts")).loadMore(state, update, where);
      } catch {
        // Down or offline: scrolling there again asks again.
        options.onNotice("More messages could not be loaded. Try again.");
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
}
