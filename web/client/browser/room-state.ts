/**
 * What a person sees of a room, as a pure function of the frames that arrived and of what
 * they did. The island and the tests share it; nothing here touches the network or the page.
 */
import type {
  EntryFrame,
  Position,
  Sender,
  ServerFrame,
} from "../../../realtime/protocol.ts";
import type { HistoryPage } from "../../../realtime/protocol-http.ts";
import { type Known, withEntry } from "./entries.ts";
import { named } from "../drawn/names.ts";
import type { Unsent } from "./pending.ts";

export type { Unsent };

export interface RoomState {
  roomId: string;
  /** My user id. */
  me: string;
  /** Empty until the first window is known. */
  epoch: string;
  /** The last entry applied. */
  offset: number;
  /** Oldest first, without gaps. */
  messages: Known[];
  /** Whether there are messages before the first one. */
  more: boolean;
  /** In the order in which it was written, which is the order in which it is sent. */
  unsent: Unsent[];
  /** An entry is missing: join again with `since`. */
  recover: boolean;
  /** The last entry about a message outside the window: an older page must know it. */
  missed: number;
  /** The window ends before the newest message. */
  behind: boolean;
  /** Another page is on its way. */
  loading: boolean;
  online: Sender[];
  typing: Sender[];
  /** What people are called, by their ids, whatever entries say. */
  names: Record<string, string>;
  /** My read position, on whatever device. */
  read: number;
}

/** What happens on this side of the wire. */
export type LocalAction =
  /** Instead of what has its id, if anything does. */
  | ({ event: "send" } & Unsent)
  /** What has this id, or is to change the message that has. */
  | { event: "retry"; clientId: string }
  | { event: "discard"; clientId: string }
  /** It has not been answered for a while. */
  | { event: "late"; clientId: string }
  | { event: "typing-ended"; id: string }
  /** The connection ended for good. */
  | { event: "refused" }
  /** Show the newest messages instead of earlier ones. */
  | { event: "newest" }
  /** Forget the oldest messages but `keep`, so that a tab left open for days stays light. */
  | { event: "trim"; keep: number };

export type Action = ServerFrame | LocalAction;

/** The state of a room before its socket opened. */
export function initialState(init: {
  roomId: string;
  me: string;
  history: HistoryPage | null;
  read: number;
  behind?: boolean;
  names?: Record<string, string>;
}): RoomState {
  const { roomId, me, history, read, behind = false, names = {} } = init;
  const nothing = { messages: [], epoch: "", offset: 0 };
  return {
    ...view({
      roomId,
      me,
      read,
      unsent: [],
      loading: false,
      online: [],
      typing: [],
      names,
    }, history ?? nothing),
    behind,
  };
}

/** The state with the newest messages as the server has them now. */
const view = (
  state: Omit<
    RoomState,
    keyof HistoryPage | "more" | "missed" | "recover" | "behind"
  >,
  { epoch, offset, messages }: HistoryPage,
): RoomState => ({
  ...state,
  epoch,
  offset,
  messages,
  // The first entry of a log is at offset 1.
  more: messages[0]?.offset > 1,
  missed: offset,
  recover: false,
  behind: false,
});

/** Where to recover from; undefined when nothing is known yet. */
export const positionOf = (state: RoomState): Position | undefined =>
  state.epoch ? { epoch: state.epoch, offset: state.offset } : undefined;

/**
 * The state after one more frame or local action. Never changes its arguments; returns the
 * same object when nothing changed. Safe against duplicates; on a hole it keeps what it has
 * and raises `recover`, until the entries from the last applied one arrive.
 */
export function reduce(state: RoomState, action: Action): RoomState {
  const next = after(state, action);
  return next === state ? state : named(next);
}

function after(state: RoomState, action: Action): RoomState {
  if ("roomId" in action && action.roomId !== state.roomId) return state;
  switch (action.event) {
    case "new-message":
    case "message-edited":
    case "message-deleted":
    case "reaction":
      return enter(state, action);
    case "room-joined":
      return read(joined(state, action), action.read);
    case "message-ack":
      return settle(
        change(state, action.clientId, {
          status: "sent",
          offset: action.offset,
        }),
      );
    case "error":
      return change(state, action.ref, {
        // A retryable one is sent again by whoever holds the connection.
        status: action.retryable ? "sending" : "failed",
        reason: action.message,
        failed: action.retryable ? undefined : action.message,
      });
    case "read":
      return read(state, action.offset);
    case "names":
      return { ...state, names: { ...state.names, ...action.names } };
    case "presence":
      return { ...state, online: action.online };
    case "typing": {
      const { sender } = action;
      const typing = others(state.typing, sender.id);
      return { ...state, typing: [...typing, sender] };
    }
    case "typing-ended":
      return { ...state, typing: others(state.typing, action.id) };
    case "send": {
      const { event: _, ...one } = action;
      const unsent = [
        ...state.unsent.filter((u) => u.clientId !== one.clientId),
        one,
      ];
      return {
        ...newest(state),
        unsent: unsent.sort((a, b) => a.timestamp - b.timestamp),
      };
    }
    case "newest":
      return newest(state);
    case "retry":
      return change(state, action.clientId, {
        status: "sending",
        reason: undefined,
        failed: undefined,
      });
    case "late":
      return change(state, action.clientId, { reason: "Waiting to send" });
    case "refused":
      return {
        ...state,
        typing: [],
        online: [],
        unsent: state.unsent.map((u) =>
          u.status === "sending"
            ? { ...u, status: "failed", reason: "This was not sent." }
            : u
        ),
      };
    case "discard":
      return {
        ...state,
        unsent: state.unsent.filter((u) => !isOf(u, action.clientId)),
      };
    case "trim":
      return state.messages.length <= action.keep ? state : {
        ...state,
        messages: state.messages.slice(-action.keep),
        more: true,
      };
    default:
      return state;
  }
}

const others = (people: Sender[], id: string) =>
  people.filter((person) => person.id !== id);

// Joining from nowhere brings the newest.
const newest = (state: RoomState): RoomState =>
  state.behind ? { ...state, behind: false, epoch: "", recover: true } : state;

const read = (state: RoomState, offset = 0): RoomState =>
  offset > state.read ? { ...state, read: offset } : state;

/** Whether an id is that of the unsent one, or of the message it is to change. */
export const isOf = ({ clientId, request }: Unsent, id?: string): boolean =>
  clientId === id || request?.id === id;

// An acknowledged message stays so, whatever comes late.
const change = (
  state: RoomState,
  id: string | undefined,
  to: Partial<Unsent>,
): RoomState => ({
  ...state,
  unsent: state.unsent.map((u) =>
    isOf(u, id) && u.status !== "sent" ? { ...u, ...to } : u
  ),
});

/** Drops from `unsent` what the log has given back, and the one that `id` names. */
const settle = (state: RoomState, id?: string): RoomState => ({
  ...state,
  unsent: state.unsent.filter((u) =>
    u.clientId !== id && !(u.offset! <= state.offset) &&
    !state.messages.some((m) =>
      m.clientId === u.clientId && m.sender.id === state.me
    )
  ),
});

function enter(state: RoomState, entry: EntryFrame): RoomState {
  if (entry.epoch !== state.epoch) return { ...state, recover: true };
  if (entry.offset <= state.offset) return state;
  if (entry.offset > state.offset + 1) return { ...state, recover: true };
  const next = { ...state, offset: entry.offset };
  if (entry.event === "new-message") {
    // What is there already came with a page; after a gap it would not be in its place.
    if (!state.behind && !(entry.offset <= state.messages.at(-1)?.offset!)) {
      next.messages = [...state.messages, entry.message];
    }
    next.typing = others(state.typing, entry.message.sender.id);
    return settle(next);
  }
  next.messages = withEntry(state.messages, entry);
  if (next.messages === state.messages) next.missed = entry.offset;
  return entry.sender.id === state.me ? settle(next, entry.clientId) : next;
}

function joined(
  state: RoomState,
  frame: Extract<ServerFrame, { event: "room-joined" }>,
): RoomState {
  if (frame.recovered) {
    const next = frame.entries.reduce(enter, { ...state, recover: false });
    // Still behind: the answer to an older question. The next one is already needed.
    const recover = frame.epoch !== next.epoch || frame.offset > next.offset;
    return { ...next, online: frame.online, recover };
  }
  const unsent = state.unsent.filter((u) => u.status !== "sent");
  return settle(view({ ...state, unsent, online: frame.online }, frame));
}
