/**
 * Everything that can be asked of this service, in one table: by whom, how much, and how often. What is
 * not in it is refused; a test compares it with what there is.
 */
import { type ClientFrame, LIMITS } from "../protocol.ts";

/** How often a person may ask: a second, and at once. */
export const RATES = {
  /** Joins, renewals and read positions: a person may have many rooms, all at once. */
  requests: { rate: 20, burst: 200 },
  /** A search reads much. */
  searches: { rate: 2, burst: 20 },
  /** What is more goes unsaid: one hint more or less is no loss, and an error would be noise. */
  typing: { rate: 1, burst: 5 },
  /** Frames refused for what is in them: a client of ours sends next to none. */
  refusals: { rate: 10, burst: 200 },
} as const;

/** Messages are counted as the operator says: MESSAGE_RATE and MESSAGE_BURST. */
export type Rate = Exclude<keyof typeof RATES, "refusals"> | "messages";

export interface EventRow {
  /** A member of its room, be it as its admin or as the reader of one that is archived. */
  who: "anyone" | "signed in" | "member";
  /** The most bytes of its frame. */
  bytes: number;
  /** Undefined: as often as they like. */
  rate?: Rate;
}

/** A frame with an id or two, or a token. */
const SMALL = 4_096;

/** What a socket may send. */
export const EVENTS = {
  identify: { who: "anyone", bytes: SMALL, rate: "requests" },
  summaries: { who: "signed in", bytes: LIMITS.frameBytes, rate: "requests" },
  "leave-room": { who: "signed in", bytes: SMALL },
  "join-room": { who: "member", bytes: SMALL, rate: "requests" },
  read: { who: "member", bytes: SMALL, rate: "requests" },
  typing: { who: "member", bytes: SMALL, rate: "typing" },
  "chat-message": { who: "member", bytes: LIMITS.frameBytes, rate: "messages" },
  "edit-message": { who: "member", bytes: LIMITS.frameBytes, rate: "messages" },
  "delete-message": { who: "member", bytes: SMALL, rate: "messages" },
  react: { who: "member", bytes: SMALL, rate: "messages" },
} as const satisfies Record<ClientFrame["event"], EventRow>;

type RoomEvent = {
  [Event in keyof typeof EVENTS]: (typeof EVENTS)[Event]["who"] extends "member"
    ? Event
    : never;
}[keyof typeof EVENTS];

/** What only a member of its room may send. */
export type RoomFrame = Extract<ClientFrame, { event: RoomEvent }>;

export const isRoomFrame = (frame: ClientFrame): frame is RoomFrame =>
  EVENTS[frame.event].who === "member";
