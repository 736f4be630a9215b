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

/** Bytes of a body; ten thousand members take 370,000. */
const BODY = 262_144, LIST = 550_000;

export interface RouteRow {
  /**
   * Web asks with its own token. Where `in order` is added, what a person sent to the room before is
   * done first, and what the table says is looked at then.
   */
  who:
    | "anyone"
    | "signed in"
    | "member"
    | "member in order"
    | "web"
    | "member or web";
  /** The most bytes of its body. */
  bytes: number;
  /** Of a person. Web asks as often as it likes. */
  rate?: Rate;
}

const anyone: RouteRow = { who: "anyone", bytes: 0 };
const web: RouteRow = { who: "web", bytes: BODY };
const asked: RouteRow = { who: "signed in", bytes: BODY, rate: "requests" };
const member: RouteRow = { ...asked, who: "member" };
const writer: RouteRow = {
  ...{ who: "member in order", bytes: BODY, rate: "messages" },
};

/** What may be asked by HTTP, by method and path; `:id` is a room. */
export const REQUESTS: Record<string, RouteRow> = {
  "GET /rooms/:id/messages": { ...member, who: "member or web" },
  "POST /rooms/:id/messages": writer,
  "POST /rooms/:id/amendments": writer,
  "PUT /rooms/:id/read": member,
  "GET /rooms/:id/stream": member,
  "POST /search": { ...asked, rate: "searches" },
  "GET /summaries": asked,
  "GET /activity": asked,

  "PUT /rooms/:id/members": { ...web, bytes: LIST },
  "PATCH /rooms/:id/members": web,
  "POST /rooms/:id/names": web,
  "POST /rooms/:id/name": web,
  "POST /rooms/:id/transcripts": web,
  "POST /rooms/:id/previews": web,
  "GET /rooms/:id/clips": web,
  "GET /rooms/:id/written": web,
  "POST /rooms/:id/withdrawals": web,
  "GET /rooms/:id/alerts": web,
  "POST /rooms/:id/positions": web,
  "POST /unchanged": web,
  // Each post in it has a token of a person, for whom the table says what it does of one message.
  "POST /posts": { ...web, bytes: LIST },
  "DELETE /rooms/:id": web,
  "POST /sessions": web,
  "POST /renames": web,
  "GET /leftovers": web,
  "POST /leftovers/taken": web,
  "GET /alerts": web,
  "POST /alerts/taken": web,

  "GET /healthz": anyone,
  "GET /readyz": anyone,
  "GET /metrics": anyone,
  "GET /openapi.json": anyone,
  "GET /docs": anyone,
};
