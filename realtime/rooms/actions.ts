import { checkWrites, type Members } from "../access/members.ts";
import type { Person } from "../access/tokens.ts";
import { FrameError } from "../frame-fields.ts";
import { entryId } from "../log/entry.ts";
import { amendmentEntry, originOf } from "../log/making.ts";
import type { Appended, RoomLog } from "../log/log.ts";
import type { Alerts } from "../alerts/alerts.ts";
import type { MemberStore } from "../access/member-store.ts";
import {
  type Amendment,
  EVERYONE,
  LIMITS,
  type Mention,
  type Message,
  type Role,
  type ServerFrame,
} from "../protocol.ts";
import type { Previewed, Transcript } from "../protocol-http.ts";
import { emojiTyped } from "../text/emoji.ts";

/**
 * What was written, as it is stored: with emoji for their names, unless it would be too long then,
 * and without mentions of people who are not in the room.
 *
 * @throws {StoreError}
 */
async function asStored<
  P extends { content: string; mentions?: Mention[] },
>(members: MemberStore, roomId: string, said: P): Promise<P> {
  const { mentions, ...rest } = said;
  const content = await emojiTyped(said.content, LIMITS.contentLength);
  if (!mentions) return { ...said, content };
  const ids = mentions.map(({ id }) => id).filter((id) => id !== EVERYONE);
  const here = new Set([EVERYONE, ...await members.among(roomId, ids)]);
  // By a name that has become an emoji nobody is called.
  const known = mentions.filter(({ id, name }) =>
    here.has(id) && content.includes(`@${name}`)
  );
  return known.length > 0
    ? { ...said, content, mentions: known }
    : { ...rest as P, content };
}

/**
 * {@link asStored}, with a note where somebody who is away may have to be told of it.
 *
 * @returns and what to call once it is stored.
 * @throws {StoreError}
 */
export async function prepared<
  P extends { content: string; mentions?: Mention[] },
>(
  { log, alerts, members }: AmendHub & { members: Pick<Members, "isLoud"> },
  person: Person,
  roomId: string,
  said: P,
): Promise<{ draft: P; stored: () => void }> {
  const draft = await asStored(log.members, roomId, said);
  const isAlert = draft.mentions !== undefined || members.isLoud(roomId);
  if (!isAlert) return { draft, stored: () => {} };
  await alerts.expect(roomId);
  return { draft, stored: () => alerts.stored(person, roomId) };
}

/** What of the hub an amendment needs. */
export interface AmendHub {
  log: RoomLog;
  alerts: Pick<Alerts, "expect" | "stored">;
}

/**
 * Appends an edit, a deletion or a reaction. Only its sender may edit a message; its
 * sender or an admin of the room may delete it.
 *
 * @throws {FrameError} `room-archived`, `not-found`, `forbidden`, `too-many-reactions`, or
 * `message-empty` where an edit would leave nothing of the message.
 */
export async function amendMessage(
  hub: AmendHub,
  person: Person,
  role: Role,
  frame: Amendment,
): Promise<Appended> {
  checkWrites(role, frame.clientId);
  // Reactions to one message are counted one after the other, or many at once would all fit.
  const before = frame.event === "react" ? reacting.get(frame.id) : undefined;
  const done = (async () => {
    await before?.catch(() => {});
    return await amend(hub, person, role, frame);
  })();
  if (frame.event !== "react") return await done;
  reacting.set(frame.id, done);
  try {
    return await done;
  } finally {
    if (reacting.get(frame.id) === done) reacting.delete(frame.id);
  }
}

/** The newest reaction under way to each message, by the message's id. */
const reacting = new Map<string, Promise<unknown>>();

async function amend(
  { log, alerts }: AmendHub,
  person: Person,
  role: Role,
  frame: Amendment,
): Promise<Appended> {
  const { roomId, clientId, id } = frame;
  const message = await log.find(roomId, id);
  if (!message) {
    throw new FrameError("not-found", "There is no such message.", clientId);
  }
  check(person, role, frame, message);
  if (frame.event === "react") checkReaction(person, frame, message);
  const from = originOf(person, roomId, clientId);
  const made = await change(log, frame);
  // Web keeps a list of messages that somebody else than their writer deleted.
  const isAlert = made.kind === "e" && made.mentions !== undefined ||
    made.kind === "d" && message.sender.id !== person.id;
  if (isAlert) await alerts.expect(roomId);
  const done = await log.append(amendmentEntry(from, message, made));
  if (isAlert) alerts.stored(person, roomId);
  return done;
}

/**
 * Appends what was heard in a voice note whose words were still to come. It is no edit of its
 * sender's, in whose name it is.
 *
 * @throws {FrameError} `not-found` when the message is gone or has no such voice note.
 */
export async function tellHeard(
  log: RoomLog,
  roomId: string,
  { id, content, voice }: Transcript,
): Promise<void> {
  const message = await log.find(roomId, id);
  if (!message || message.voice?.clip !== voice.clip) {
    throw new FrameError("not-found", "There is no such voice note.");
  }
  const { sender } = message;
  const clientId = `heard:${voice.clip}`.slice(0, LIMITS.clientIdLength);
  const from = { roomId, clientId, sender, timestamp: Date.now() };
  // Where there is a text, what was misheard need not stay beside it.
  const words = message.content === "" ? content : "";
  const heard = { kind: "e" as const, content: words, voice };
  await log.append(amendmentEntry(from, message, heard));
}

/**
 * Appends the preview of a page that a message links to, or that there is none any more; once for
 * each address, so that what its sender took away does not come back.
 *
 * @throws {FrameError} `not-found` when the message is gone, or does not link there.
 */
export async function tellPreview(
  log: RoomLog,
  roomId: string,
  { id, preview }: Previewed,
): Promise<void> {
  const message = await log.find(roomId, id);
  const { address, title } = preview;
  if (!message || message.deletedAt || !message.content.includes(address)) {
    throw new FrameError("not-found", "There is no such link.");
  }
  const { sender, content } = message;
  const what = title === undefined ? "no-preview" : "preview";
  const clientId = `${what}:${id}:${Bun.hash(address).toString(36)}`;
  const from = { roomId, clientId, sender, timestamp: Date.now() };
  await log.append(
    amendmentEntry(from, message, { kind: "e", content, preview }),
  );
}

/** Whether something of a message is left without its text. */
const hasMore = ({ files, voice }: Message): boolean =>
  files !== undefined || voice !== undefined;

function check(
  person: Person,
  role: Role,
  frame: Amendment,
  message: Message,
): void {
  const { event, clientId } = frame;
  const own = message.sender.id === person.id;
  if (event === "edit-message" && !own) {
    const why = "Only the person who wrote a message can change it.";
    throw new FrameError("forbidden", why, clientId);
  }
  if (event === "delete-message" && !own && role !== "admin") {
    const why = "Only its writer or an admin of the room can delete a message.";
    throw new FrameError("forbidden", why, clientId);
  }
  if (event !== "delete-message" && message.deletedAt !== undefined) {
    throw new FrameError("not-found", "The message was deleted.", clientId);
  }
  if (
    frame.event === "edit-message" && frame.content === "" && !hasMore(message)
  ) {
    throw new FrameError("message-empty", "Write something first.", clientId);
  }
}

/**
 * @throws {FrameError} `too-many-reactions` for one more kind of reaction than a person may give
 * a message, or than a message may have.
 */
function checkReaction(
  { id }: Person,
  { emoji, on, clientId }: Extract<Amendment, { event: "react" }>,
  { reactions = {} }: Message,
): void {
  const kinds = Object.entries(reactions);
  if (!on || reactions[emoji]?.includes(id)) return;
  const own = kinds.filter(([, people]) => people.includes(id)).length;
  if (own >= LIMITS.reactionsEach) {
    throw new FrameError(
      "too-many-reactions",
      `You can react to a message in ${LIMITS.reactionsEach} ways. Take one back first.`,
      clientId,
    );
  }
  if (kinds.length >= LIMITS.reactions && !reactions[emoji]) {
    throw new FrameError(
      "too-many-reactions",
      `A message can have ${LIMITS.reactions} different reactions. Choose one it has.`,
      clientId,
    );
  }
}

async function change({ members }: RoomLog, frame: Amendment) {
  switch (frame.event) {
    case "edit-message": {
      const { roomId, content, mentions } = frame;
      const text = await asStored(members, roomId, { content, mentions });
      return { kind: "e", ...text } as const;
    }
    case "delete-message":
      return { kind: "d" } as const;
    case "react":
      return { kind: "r", emoji: frame.emoji, on: frame.on } as const;
  }
}

/** The frame that acknowledges an append. */
export function ackFrame(
  roomId: string,
  clientId: string,
  { epoch, offset, timestamp }: Appended,
): ServerFrame {
  const id = entryId(epoch, offset);
  return { event: "message-ack", clientId, id, roomId, offset, timestamp };
}
