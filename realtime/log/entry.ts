import type { EntryFrame, Message, Sender } from "../protocol.ts";

/** m: message, e: edit, d: deletion, r: reaction. */
export type Kind = "m" | "e" | "d" | "r";

/**
 * Messages that come together and share a place in a store: an entry of a stream, a row. It
 * bounds what is read for one of them, and what is written again when its text is deleted.
 */
export const TOGETHER = 64;

/**
 * One entry of a room's log as it is stored.
 *
 * `body` is the JSON text of what the sender's instance knew before the append, without
 * its opening brace: the offset is only known afterwards, and gluing it on in front is far
 * cheaper than parsing and writing the text again for every entry.
 */
export interface Entry {
  epoch: string;
  offset: number;
  kind: Kind;
  body: string;
}

/** What is to be appended. `target` is the offset of the message an amendment changes. */
export interface NewEntry {
  roomId: string;
  clientId: string;
  sender: Sender;
  timestamp: number;
  kind: Kind;
  body: string;
  target?: number;
}

/**
 * The same text in one piece. The engine keeps a text that was put together as a tree until
 * somebody looks at it; and what waits for a batch has left the processor's cache by then.
 */
function flat(text: string): string {
  // Whose result is used, or it would be left out.
  return text.charCodeAt(0) >= 0 ? text : "";
}

interface Origin {
  roomId: string;
  clientId: string;
  sender: Sender;
  timestamp: number;
}

/**
 * The JSON text of a string; nearly every id consists of characters that stand for
 * themselves, and then this is several times as fast as `JSON.stringify`.
 */
export const quoted = (text: string): string =>
  /^[\w .:-]*$/.test(text) ? `"${text}"` : JSON.stringify(text);

/** An entry for a message. */
export function messageEntry(
  { roomId, clientId, sender, timestamp }: Origin,
  draft: { content: string; replyTo?: string; clip?: string },
): NewEntry {
  const { content, replyTo, clip } = draft;
  const more = (replyTo === undefined ? "" : `,"replyTo":${quoted(replyTo)}`) +
    (clip === undefined ? "" : `,"clip":${quoted(clip)}`);
  const text = JSON.stringify(content);
  const id = quoted(clientId);
  const body = flat(
    `"clientId":${id}${senderText(sender)}${text}${
      timeText(timestamp)
    }${more}}`,
  );
  return { roomId, clientId, sender, timestamp, kind: "m", body };
}

/** Of the moment before: what comes together has the same. */
let stamp = { timestamp: NaN, text: "" };
function timeText(timestamp: number): string {
  if (stamp.timestamp !== timestamp) {
    stamp = { timestamp, text: flat(`,"timestamp":${timestamp}`) };
  }
  return stamp.text;
}

const senderTexts = new WeakMap<Sender, string>();
/** What is between the clientId and the content. */
function senderText(sender: Sender): string {
  let text = senderTexts.get(sender);
  if (text === undefined) {
    const { id, name } = sender;
    text = flat(
      `,"sender":{"id":${quoted(id)},"name":${quoted(name)}},"content":`,
    );
    senderTexts.set(sender, text);
  }
  return text;
}

type Amendment =
  | { kind: "e"; content: string }
  | { kind: "d" }
  | { kind: "r"; emoji: string; on: boolean };

/** An entry that edits, deletes or reacts to the message `target`. */
export function amendmentEntry(
  origin: Origin,
  target: Message,
  amendment: Amendment,
): NewEntry {
  const { clientId, sender, timestamp } = origin;
  const { kind, ...rest } = amendment;
  const body = { id: target.id, clientId, sender, timestamp, ...rest };
  return {
    ...origin,
    kind,
    target: target.offset,
    body: JSON.stringify(body).slice(1),
  };
}

const EVENT = {
  e: "message-edited",
  d: "message-deleted",
  r: "reaction",
} as const;

/** The id of the entry at a position; unique, and tells where to look the entry up. */
export const entryId = (epoch: string, offset: number): string =>
  `${epoch}-${offset}`;

/** The position an id names, or null if no entry can have that id. */
export function parseEntryId(
  id: string,
): { epoch: string; offset: number } | null {
  const match = /^(\d{1,15})-(\d{1,15})$/.exec(id);
  if (!match?.[1] || !match[2]) return null;
  return { epoch: match[1], offset: Number(match[2]) };
}

/** The JSON text of the frame that delivers an entry. */
export function frameText(roomId: string, entry: Entry): string {
  const { epoch, offset, kind, body } = entry;
  const at = String(offset);
  if (kind !== "m") {
    const room = quoted(roomId);
    return `{"event":"${
      EVENT[kind]
    }","roomId":${room},"epoch":"${epoch}","offset":${at},${body}`;
  }
  if (starts.roomId !== roomId || starts.epoch !== epoch) {
    starts = startsOf(roomId, epoch);
  }
  const { event, message } = starts;
  return `${event}${at}${message}${at}","offset":${at},${body}}`;
}

/** How the frames of a room's messages begin; and how, after the offset, the message does. */
function startsOf(roomId: string, epoch: string) {
  const room = quoted(roomId);
  const event = flat(
    `{"event":"new-message","roomId":${room},"epoch":"${epoch}","offset":`,
  );
  // The id is that of entryId; the offset follows.
  const message = flat(`,"message":{"id":"${epoch}-`);
  return { roomId, epoch, event, message };
}
/** Of the room before: entries are delivered room by room. */
let starts = startsOf("", "");

/** The frame that delivers an entry. */
export function entryFrame(roomId: string, entry: Entry): EntryFrame {
  return JSON.parse(frameText(roomId, entry)) as EntryFrame;
}

/** What an entry was made from, but its content; the inverse of making one. */
export function entryOrigin(entry: Entry) {
  const { clientId, sender, timestamp, id } = JSON.parse(`{${entry.body}`) as {
    clientId: string;
    sender: Sender;
    timestamp: number;
    id?: string;
  };
  const target = id === undefined ? undefined : parseEntryId(id)?.offset;
  return { clientId, sender, timestamp, target };
}

/** Part of the body of what a person sent, and of nothing else: quotes in a text are escaped. */
export const bySender = (userId: string): string =>
  `"sender":{"id":${JSON.stringify(userId)},`;

/** The same up to the name, and what closes the name is the next quote that is not escaped. */
export const beforeName = (userId: string): string =>
  `${bySender(userId)}"name":"`;

/** An entry's body with this name where its sender is the person `before` is about. */
export function withName(body: string, before: string, name: string): string {
  const start = body.indexOf(before) + before.length;
  if (start < before.length) return body;
  let end = start;
  while (body[end] !== '"') end += body[end] === "\\" ? 2 : 1;
  return body.slice(0, start) + jsonInner(name) + body.slice(end);
}

/** A text as it stands between the quotes of JSON. */
export const jsonInner = (text: string): string =>
  JSON.stringify(text).slice(1, -1);

/** Part of the body of what lost its text; see {@link withoutText}. */
export const NO_TEXT = '"content":""';

/** An entry's body without its text and clip; everything else as it was. */
export function withoutText(body: string): string {
  const fields = JSON.parse(`{${body}`) as Record<string, unknown>;
  delete fields.clip;
  if ("content" in fields) fields.content = "";
  return JSON.stringify(fields).slice(1);
}

/** The messages among `entries` with `amendments`, in order, applied to them. */
export function applyAmendments(
  entries: Entry[],
  amendments: Entry[],
): Message[] {
  const messages = new Map<string, Message>();
  for (const entry of entries) {
    const frame = entryFrame("", entry);
    if (frame.event === "new-message") {
      messages.set(frame.message.id, frame.message);
    }
  }
  for (const entry of amendments) amend(messages, entryFrame("", entry));
  return [...messages.values()];
}

function amend(messages: Map<string, Message>, frame: EntryFrame): void {
  if (frame.event === "new-message") return;
  const message = messages.get(frame.id);
  // A deletion is final: an edit that crossed it must not bring the text back.
  if (!message || message.deletedAt !== undefined) return;
  if (frame.event === "message-edited") {
    message.content = frame.content;
    message.editedAt = frame.timestamp;
  } else if (frame.event === "message-deleted") {
    message.content = "";
    message.deletedAt = frame.timestamp;
    delete message.reactions;
    delete message.clip;
  } else {
    react(message, frame.emoji, frame.sender.id, frame.on);
  }
}

function react(
  message: Message,
  emoji: string,
  personId: string,
  on: boolean,
): void {
  const reactions = message.reactions ?? {};
  const others = (reactions[emoji] ?? []).filter((id) => id !== personId);
  const people = on ? [...others, personId] : others;
  if (people.length > 0) reactions[emoji] = people;
  else delete reactions[emoji];
  if (Object.keys(reactions).length > 0) message.reactions = reactions;
  else delete message.reactions;
}
