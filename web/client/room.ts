/** Ties the room's state, its connection and what is kept on the device together. */
import type { ClientFrame, ServerFrame } from "../../realtime/protocol.ts";
import { openPending } from "./pending.ts";
import {
  type Action,
  positionOf,
  reduce,
  type RoomState,
} from "./room-state.ts";
import { connect, type LinkOptions } from "./socket.ts";

/** Milliseconds a "…is typing" holds, and the least time between two of ours. */
const TYPING = 4_000;
/** How often a message the server asked to send again is, before it counts as failed. */
const ATTEMPTS = 5;
/** Unsent messages older than this wait for a person's word after a reload: ms. */
const STALE = 3_600_000;
/** How many messages to fetch at once, and to keep in a tab left open. */
const PAGE = 50;
const KEEP = 1_000;

export interface OpenRoom {
  dispatch(action: Action): void;
  /** Shows the message at once and sends it as soon as it can be. */
  send(content: string, replyTo?: string): void;
  retry(clientId: string): void;
  discard(clientId: string): void;
  /** An edit, deletion or reaction; sent again after a reconnect until answered. */
  act(frame: Extract<ClientFrame, { clientId: string }>): void;
  typing(): void;
  /** All messages so far have been seen. */
  seen(): void;
  /** Fetches the page before the first message. */
  older(): Promise<void>;
  draft(): string;
  saveDraft(text: string): void;
  check(): void;
  close(): void;
}

export interface OpenRoomOptions extends
  Pick<
    LinkOptions,
    "url" | "token" | "onState" | "renew" | "timing" | "random"
  > {
  state: RoomState;
  onChange(state: RoomState): void;
  /** Something a person asked for could not be done; a sentence for them. */
  onNotice(message: string): void;
}

/** 128 random bits. `crypto.randomUUID` is missing on plain http in a local network. */
export const newId = (): string =>
  Array.from(
    crypto.getRandomValues(new Uint8Array(16)),
    (byte) => byte.toString(16).padStart(2, "0"),
  ).join("");

/** Opens the room: restores what is unsent, connects, and reports every change of state. */
export function openRoom(options: OpenRoomOptions): OpenRoom {
  let { state } = options;
  const { roomId, me } = state;
  const pending = openPending(me, roomId);
  const acts = new Map<string, ClientFrame>();
  const attempts = new Map<string, number>();
  const typists = new Map<string, ReturnType<typeof setTimeout>>();
  let typedAt = 0;

  function dispatch(action: Action) {
    const before = state;
    state = reduce(before, action);
    if (state === before) return;
    for (const { clientId } of before.unsent) {
      const now = state.unsent.find((u) => u.clientId === clientId);
      if (!now || now.status === "sent") pending.drop(clientId);
    }
    options.onChange(state);
    if (state.recover && (!before.recover || action.event === "room-joined")) {
      link.check();
    }
  }

  const post = (clientId: string) => {
    const unsent = state.unsent.find((u) => u.clientId === clientId);
    if (unsent?.status !== "sending") return;
    const { content, replyTo } = unsent;
    link.send({
      event: "chat-message",
      roomId,
      message: { clientId, content, replyTo },
    });
  };

  function onFrame(frame: ServerFrame) {
    dispatch(frame);
    if (frame.event === "room-joined") {
      // Also after a mere position check: what is still unanswered may have been lost.
      state.unsent.forEach((u) => post(u.clientId));
      acts.forEach((act) => link.send(act));
    } else if (frame.event === "message-ack") {
      acts.delete(frame.clientId);
    } else if (frame.event === "error") {
      refused(frame);
    } else if (frame.event === "typing") {
      const { id } = frame.sender;
      clearTimeout(typists.get(id));
      typists.set(
        id,
        setTimeout(() => dispatch({ event: "typing-ended", id }), TYPING + 1e3),
      );
    } else if (frame.event === "membership" && frame.removed) {
      link.close();
      options.onState("refused", "You are no longer a member of this room.");
    }
  }

  function refused(error: Extract<ServerFrame, { event: "error" }>) {
    const { ref = "", message, retryable } = error;
    if (ref === "join-room" && !retryable) {
      link.close();
      return options.onState("refused", message);
    }
    const count = (attempts.get(ref) ?? 0) + 1;
    attempts.set(ref, count);
    const act = acts.get(ref);
    if (retryable && count < ATTEMPTS) {
      setTimeout(() => act ? link.send(act) : post(ref), 500 * 2 ** count);
      return;
    }
    attempts.delete(ref);
    dispatch({ event: "fail", clientId: ref, reason: message });
    if (acts.delete(ref)) options.onNotice(message);
  }

  const link = connect({
    ...options,
    roomId,
    position: () => positionOf(state),
    onFrame,
  });

  for (const { timestamp, ...draft } of pending.list()) {
    dispatch({ event: "send", draft, timestamp });
    if (Date.now() - timestamp > STALE) {
      const reason = "This was not sent when you left.";
      dispatch({ event: "fail", clientId: draft.clientId, reason });
    }
  }

  return {
    dispatch,
    send(content, replyTo) {
      const draft = { clientId: newId(), content, replyTo };
      const timestamp = Date.now();
      pending.keep({ ...draft, timestamp });
      dispatch({ event: "send", draft, timestamp });
      post(draft.clientId);
    },
    retry(clientId) {
      dispatch({ event: "retry", clientId });
      post(clientId);
    },
    discard: (clientId) => dispatch({ event: "discard", clientId }),
    act(frame) {
      acts.set(frame.clientId, frame);
      if (!link.send(frame)) {
        options.onNotice("This will be done when you are connected again.");
      }
    },
    typing() {
      if (Date.now() - typedAt < TYPING) return;
      typedAt = Date.now();
      link.send({ event: "typing", roomId });
    },
    seen() {
      if (state.offset <= state.read) return;
      const { offset } = state;
      if (link.send({ event: "read", roomId, offset })) {
        dispatch({ event: "read", roomId, offset });
      }
      dispatch({ event: "trim", keep: KEEP });
    },
    async older() {
      const before = state.messages[0]?.offset;
      if (!before || !state.more || state.asked !== undefined) return;
      dispatch({ event: "older-asked" });
      try {
        const query = new URLSearchParams({
          roomId,
          before: `${before}`,
          limit: `${PAGE}`,
        });
        const response = await fetch(`/api/messages?${query}`);
        if (!response.ok) throw new Error(`history: ${response.status}`);
        const page = await response.json();
        dispatch({ event: "older-page", before, page });
      } catch {
        // Down or offline: scrolling up again asks again.
        dispatch({ event: "older-failed" });
        options.onNotice("Older messages could not be loaded. Try again.");
      }
    },
    draft: pending.draft,
    saveDraft: pending.saveDraft,
    check: link.check,
    close() {
      link.close();
      typists.forEach(clearTimeout);
    },
  };
}
