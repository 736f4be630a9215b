import {
  type Fields,
  flag,
  FrameError,
  id,
  object,
  parseClientId,
  string,
  whole,
} from "./frame-fields.ts";
import { files, isSilent, text, voice } from "./frame-parts.ts";
import {
  type Amendment,
  type ClientFrame,
  type Draft,
  LIMITS,
  type Position,
} from "./protocol.ts";

/**
 * A message the way our own clients write it, as long as nothing in it is escaped: taking
 * that apart costs less than half of what `JSON.parse` does, and nearly every frame is one.
 */
const PLAIN_MESSAGE =
  // deno-lint-ignore no-control-regex -- inside a string JSON has none (RFC 8259 §7)
  /^\{"event":"chat-message","roomId":"([\w.:-]*)","message":\{"clientId":"([\w.:-]*)","content":"([^"\\\x00-\x1f]*)"\}\}$/;
const EMOJI = /^\p{RGI_Emoji}$/v;

/**
 * Parses one frame of a client. Unknown fields are dropped.
 *
 * @throws {FrameError} `bad-json`, `bad-frame`, `unknown-event`, `message-empty` or
 * `message-too-long`.
 */
export function parseFrame(text: string): ClientFrame {
  const fields = parseObject(text);
  try {
    return parseEvent(fields);
  } catch (error) {
    if (!(error instanceof FrameError)) throw error;
    throw new FrameError(error.code, error.message, refOf(fields));
  }
}

/** What an answer to a frame names: its clientId, else its event. */
export const frameRef = (frame: ClientFrame): string => {
  if (frame.event === "chat-message") return frame.message.clientId;
  return "clientId" in frame ? frame.clientId : frame.event;
};

/** The same of one that may be malformed. */
function refOf(fields: Fields): string | undefined {
  const { message, clientId, event } = fields;
  const inner = typeof message === "object" && message !== null
    ? (message as Fields).clientId
    : undefined;
  const ref = [inner, clientId, event].find((it): it is string =>
    typeof it === "string"
  );
  return ref?.slice(0, LIMITS.clientIdLength);
}

function parseEvent(fields: Fields): ClientFrame {
  const event = fields.event;
  switch (event) {
    case "chat-message": {
      const roomId = id(fields, "roomId");
      return { event, roomId, message: parseDraft(fields.message) };
    }
    case "identify":
      return { event, token: string(fields, "token", 4_000) };
    case "join-room": {
      const roomId = id(fields, "roomId");
      const since = position(fields.since);
      const echo = fields.echo !== undefined && flag(fields, "echo");
      return { event, roomId, since, echo };
    }
    case "leave-room":
    case "typing":
      return { event, roomId: id(fields, "roomId") };
    case "read":
      return {
        event,
        roomId: id(fields, "roomId"),
        offset: whole(fields, "offset"),
      };
    case "summaries":
      return { event, ...wantedRooms(fields) };
    case "edit-message":
      return { event, ...amendment(fields), ...edited(fields) };
    case "delete-message":
      return { event, ...amendment(fields) };
    case "react":
      return { event, ...amendment(fields), ...reaction(fields) };
  }
  throw new FrameError("unknown-event", "The server does not know this event.");
}

function parseObject(text: string): Fields {
  const plain = PLAIN_MESSAGE.exec(text);
  if (plain) {
    const [, roomId, clientId, content] = plain;
    return { event: "chat-message", roomId, message: { clientId, content } };
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new FrameError("bad-json", "The frame is not JSON.");
  }
  return object(value, "The frame");
}

/**
 * An edit, a deletion or a reaction that came by HTTP, where the address names the room.
 *
 * @throws {FrameError} as {@link parseFrame}.
 */
export function parseAmendment(value: unknown, roomId: string): Amendment {
  const frame = parseEvent({ ...object(value, "The body"), roomId });
  switch (frame.event) {
    case "edit-message":
    case "delete-message":
    case "react":
      return frame;
  }
  throw new FrameError("unknown-event", "The server does not know this event.");
}

/**
 * Checks what a client may set of a message; the content comes back trimmed.
 *
 * @param vouched web says that the files are there, and what the voice note is: without it they are
 * dropped, and it is its clip alone.
 * @throws {FrameError} as {@link parseFrame}.
 */
export function parseDraft(value: unknown, vouched = false): Draft {
  const fields = object(value, "The message");
  const clientId = parseClientId(fields);
  const spoken = voice(fields, vouched);
  const kept = vouched ? files(fields) : undefined;
  const draft: Draft = {
    clientId,
    ...(spoken || kept) && isSilent(fields) ? { content: "" } : text(fields),
  };
  if (fields.replyTo !== undefined) {
    draft.replyTo = string(fields, "replyTo", 64);
  }
  if (spoken) draft.voice = spoken;
  if (kept) draft.files = kept;
  return draft;
}

function amendment(fields: Fields) {
  return {
    roomId: id(fields, "roomId"),
    clientId: parseClientId(fields),
    id: id(fields, "id"),
  };
}

/** The text of an edit; it may be none: whether the message has another part is seen later. */
const edited = (fields: Fields) =>
  fields.content !== undefined && isSilent(fields)
    ? { content: "" }
    : text(fields);

function reaction(fields: Fields): { emoji: string; on: boolean } {
  const { emoji } = fields;
  if (typeof emoji !== "string" || emoji.length > 32 || !EMOJI.test(emoji)) {
    throw new FrameError("bad-frame", "The emoji must be one emoji.");
  }
  return { emoji, on: flag(fields, "on") };
}

function position(value: unknown): Position | undefined {
  if (value === undefined || value === null) return undefined;
  const fields = object(value, "The field since");
  return { epoch: id(fields, "epoch"), offset: whole(fields, "offset") };
}

/** Rooms in one frame that asks for summaries. */
const ROOMS = 100;

function wantedRooms(fields: Fields): { rooms?: string[]; after?: string } {
  const { rooms } = fields;
  if (rooms === undefined) {
    const after = fields.after ?? undefined;
    return after === undefined ? {} : { after: id(fields, "after") };
  }
  const isList = Array.isArray(rooms) && rooms.length <= ROOMS &&
    rooms.every((it) => typeof it === "string" && it.length <= 64);
  if (isList) return { rooms };
  throw new FrameError(
    "bad-frame",
    `The field rooms must be a list of at most ${ROOMS} ids.`,
  );
}
