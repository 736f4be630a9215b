import { withFewMarks } from "./text/marks.ts";
import {
  type Amendment,
  type ClientFrame,
  type Draft,
  type FilePart,
  LIMITS,
  type Mention,
  type Position,
  type Preview,
  type SpokenWord,
  type Voice,
} from "./protocol.ts";
import type { Previewed, Transcript } from "./protocol-http.ts";
import { isBlank } from "./text/visible.ts";

/** Why a frame was refused: `code` is stable, `message` is for a person. */
export class FrameError extends Error {
  override name = "FrameError";
  constructor(
    readonly code: string,
    message: string,
    readonly ref?: string,
    readonly retryable = false,
  ) {
    super(message);
  }
}

type Fields = Record<string, unknown>;

const CLIENT_ID = /^[\w.:-]{1,64}$/;
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
      return { event, ...amendment(fields), ...text(fields) };
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

/** Whether a message has no text; one that has another part needs none. */
const isSilent = ({ content = "" }: Fields): boolean =>
  typeof content === "string" && isBlank(withFewMarks(content.trim()));

/** A voice note; programs may still send its `clip` as they did before messages had parts. */
function voice({ voice, clip }: Fields, vouched: boolean): Voice | undefined {
  if (voice !== undefined) {
    const fields = object(voice, "The field voice");
    return vouched ? recording(fields) : { clip: string(fields, "clip", 256) };
  }
  return clip === undefined
    ? undefined
    : { clip: string({ clip }, "clip", 256) };
}

/** A voice note with what web says of it. */
function recording(fields: Fields): Voice {
  const part: Voice = { clip: string(fields, "clip", 256) };
  if (fields.ms !== undefined) part.ms = whole(fields, "ms");
  if (fields.peaks !== undefined) {
    part.peaks = list(fields, "peaks", LIMITS.peaks)
      .map((peak) => Math.min(100, whole({ peak }, "peak")));
  }
  if (fields.words !== undefined) {
    part.words = list(fields, "words", LIMITS.words).map(spokenWord);
  }
  if (fields.waiting === true) part.waiting = true;
  return part;
}

function spokenWord(value: unknown): SpokenWord {
  const [word, from, to] = Array.isArray(value) ? value : [];
  const fields = { word, from, to };
  return [
    string(fields, "word", LIMITS.wordLength),
    whole(fields, "from"),
    whole(fields, "to"),
  ];
}

/**
 * What web heard in a voice note.
 *
 * @throws {FrameError} `bad-frame`
 */
export function parseTranscript(value: unknown): Transcript {
  const fields = object(value, "The body");
  const { content, voice } = fields;
  if (typeof content !== "string" || content.length > LIMITS.contentLength) {
    throw new FrameError("bad-frame", "The content must be a text.");
  }
  return {
    id: id(fields, "id"),
    content: withFewMarks(content.trim()),
    voice: recording(object(voice, "The field voice")),
  };
}

/**
 * What web found where a message links to; what a page says of itself is text of a stranger's.
 *
 * @throws {FrameError} `bad-frame`
 */
export function parsePreviewed(value: unknown): Previewed {
  const fields = object(value, "The body");
  const given = object(fields.preview, "The field preview");
  const preview: Preview = {
    address: string(given, "address", LIMITS.addressLength),
  };
  if (given.title !== undefined) {
    preview.title = withFewMarks(string(given, "title", LIMITS.previewTitle));
  }
  if (given.description !== undefined) {
    const text = string(given, "description", LIMITS.previewText);
    preview.description = withFewMarks(text);
  }
  if (given.picture !== undefined) {
    preview.picture = file(given.picture);
  }
  return { id: id(fields, "id"), preview };
}

/** The files of a message, with nothing in them that the protocol does not know. */
function files({ files }: Fields): FilePart[] | undefined {
  if (files === undefined) return undefined;
  if (
    !Array.isArray(files) || files.length === 0 || files.length > LIMITS.files
  ) {
    throw new FrameError(
      "bad-frame",
      `The field files must be a list of 1 to ${LIMITS.files} files.`,
    );
  }
  return files.map(file);
}

function file(value: unknown): FilePart {
  const fields = object(value, "A file");
  const part: FilePart = {
    id: id(fields, "id"),
    name: string(fields, "name", LIMITS.fileNameLength),
    type: string(fields, "type", 100),
    size: whole(fields, "size"),
  };
  if (fields.width !== undefined) {
    part.width = whole(fields, "width");
    part.height = whole(fields, "height");
  }
  if (fields.colour !== undefined) part.colour = colour(fields);
  if (fields.thumbnail !== undefined) {
    part.thumbnail = flag(fields, "thumbnail");
  }
  return part;
}

function colour(fields: Fields): string {
  const value = string(fields, "colour", 7);
  if (/^#[\da-f]{6}$/.test(value)) return value;
  throw new FrameError("bad-frame", "A colour is # and six digits.");
}

/** The value as an object whose fields can be looked at. */
export function object(value: unknown, what: string): Fields {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new FrameError("bad-frame", `${what} must be a JSON object.`);
  }
  return value as Fields;
}

function parseClientId(fields: Fields): string {
  const value = fields.clientId;
  if (typeof value !== "string" || !CLIENT_ID.test(value)) {
    throw new FrameError(
      "bad-frame",
      "A clientId is 1 to 64 letters, digits or any of these: _ . : -",
    );
  }
  return value;
}

function content(fields: Fields): string {
  if (typeof fields.content !== "string") {
    throw new FrameError("bad-frame", "The content must be a string.");
  }
  const text = withFewMarks(fields.content.trim());
  if (isBlank(text)) {
    throw new FrameError("message-empty", "Write something first.");
  }
  if (text.length > LIMITS.contentLength) {
    throw new FrameError(
      "message-too-long",
      `A message may have at most ${
        LIMITS.contentLength.toLocaleString("en")
      } characters. Shorten it, or send it in two.`,
    );
  }
  return text;
}

/** A text, and whom it mentions. */
function text(fields: Fields): { content: string; mentions?: Mention[] } {
  const text = content(fields);
  if (fields.mentions === undefined) return { content: text };
  if (!Array.isArray(fields.mentions)) {
    throw new FrameError("bad-frame", "The field mentions must be a list.");
  }
  const mentions = new Map<string, Mention>();
  for (const value of fields.mentions.slice(0, LIMITS.mentions)) {
    const fields = object(value, "A mention");
    const name = string(fields, "name", LIMITS.mentionLength);
    const mention = { id: id(fields, "id"), name };
    // Two people cannot be meant by the same words.
    if (!mentions.has(name) && text.includes(`@${name}`)) {
      mentions.set(name, mention);
    }
  }
  return mentions.size === 0
    ? { content: text }
    : { content: text, mentions: [...mentions.values()] };
}

function amendment(fields: Fields) {
  return {
    roomId: id(fields, "roomId"),
    clientId: parseClientId(fields),
    id: id(fields, "id"),
  };
}

function reaction(fields: Fields): { emoji: string; on: boolean } {
  const { emoji } = fields;
  if (typeof emoji !== "string" || emoji.length > 32 || !EMOJI.test(emoji)) {
    throw new FrameError("bad-frame", "The emoji must be one emoji.");
  }
  return { emoji, on: flag(fields, "on") };
}

function flag(fields: Fields, name: string): boolean {
  const value = fields[name];
  if (typeof value === "boolean") return value;
  const why = `The field ${name} must be true or false.`;
  throw new FrameError("bad-frame", why);
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

function list(fields: Fields, name: string, most: number): unknown[] {
  const value = fields[name];
  if (Array.isArray(value) && value.length <= most) return value;
  throw new FrameError(
    "bad-frame",
    `The field ${name} must be a list of at most ${most}.`,
  );
}

const id = (fields: Fields, name: string): string => string(fields, name, 64);

function string(fields: Fields, name: string, most: number): string {
  const value = fields[name];
  if (typeof value !== "string" || value.length === 0 || value.length > most) {
    throw new FrameError(
      "bad-frame",
      `The field ${name} must be a string of 1 to ${most} characters.`,
    );
  }
  return value;
}

function whole(fields: Fields, name: string): number {
  const value = fields[name];
  if (!Number.isSafeInteger(value) || (value as number) < 0) {
    throw new FrameError(
      "bad-frame",
      `The field ${name} must be a whole number.`,
    );
  }
  return value as number;
}
