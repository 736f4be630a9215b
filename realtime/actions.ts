import type { Person } from "./auth.ts";
import { FrameError } from "./frames.ts";
import {
  amendmentEntry,
  entryId,
  messageEntry,
  type NewEntry,
  quoted,
} from "./log/entry.ts";
import type { Appended, RoomLog } from "./log/log.ts";
import type { ClientFrame, Draft, Message, Role } from "./protocol.ts";

/**
 * The person's role in a room by their current token.
 *
 * @throws {FrameError} `not-member`, the same whether or not there is such a room.
 */
export function roleIn(person: Person, roomId: string, ref?: string): Role {
  const role = person.rooms.get(roomId);
  if (role) return role;
  throw new FrameError("not-member", "You are not in this room.", ref);
}

/**
 * What a person's message is appended as.
 *
 * @throws {FrameError} `not-member`
 */
export function entryOf(
  person: Person,
  roomId: string,
  draft: Draft,
): NewEntry {
  roleIn(person, roomId, draft.clientId);
  return messageEntry(origin(person, roomId, draft.clientId), draft);
}

export type Amendment = Extract<
  ClientFrame,
  { event: "edit-message" | "delete-message" | "react" }
>;

/**
 * Appends an edit, a deletion or a reaction. Only its sender may edit a message; its
 * sender or an admin of the room may delete it.
 *
 * @throws {FrameError} `not-member`, `not-found` or `forbidden`.
 */
export async function amendMessage(
  log: RoomLog,
  person: Person,
  frame: Amendment,
): Promise<Appended> {
  const { roomId, clientId, id } = frame;
  const role = roleIn(person, roomId, clientId);
  const message = await log.find(roomId, id);
  if (!message) {
    throw new FrameError("not-found", "There is no such message.", clientId);
  }
  check(person, role, frame, message);
  const from = origin(person, roomId, clientId);
  return log.append(amendmentEntry(from, message, change(frame)));
}

function check(
  person: Person,
  role: Role,
  { event, clientId }: Amendment,
  message: Message,
): void {
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
}

function change(frame: Amendment) {
  switch (frame.event) {
    case "edit-message":
      return { kind: "e", content: frame.content } as const;
    case "delete-message":
      return { kind: "d" } as const;
    case "react":
      return { kind: "r", emoji: frame.emoji, on: frame.on } as const;
  }
}

const origin = ({ sender }: Person, roomId: string, clientId: string) => ({
  roomId,
  clientId,
  sender,
  timestamp: Date.now(),
});

/** The JSON text of the frame that acknowledges an append. */
export function ackText(
  roomId: string,
  clientId: string,
  { epoch, offset, timestamp }: Appended,
): string {
  const id = entryId(epoch, offset);
  const [client, room] = [quoted(clientId), quoted(roomId)];
  return `{"event":"message-ack","clientId":${client},"id":"${id}","roomId":${room},"offset":${offset},"timestamp":${timestamp}}`;
}
