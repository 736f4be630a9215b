import type { Message, Role } from "../../../realtime/protocol.ts";
import { AppError } from "../../errors.ts";
import { roomHues } from "../../rooms/roster.ts";
import { findRoom } from "../../rooms/rooms.ts";
import type { Room } from "../../rooms/types.ts";
import type { Person, Services } from "../../services.ts";
import { loadRooms, type RoomEntry } from "./room-list.ts";

/** Everything the page of one message shows. */
export interface MessagePage {
  rooms: RoomEntry[];
  room: Room;
  role: Role;
  me: Person;
  hues: Record<string, number>;
  message: Message;
  /** The message this one answers, if it is still there. */
  quoted?: Message;
}

/** The message it answers; that one may be of a log that was lost. */
async function quotedBy(
  message: Message,
  find: (id: string) => Promise<Message>,
): Promise<Message | undefined> {
  if (!message.replyTo) return undefined;
  try {
    return await find(message.replyTo);
  } catch (error) {
    if (error instanceof AppError && error.status < 500) return undefined;
    throw error;
  }
}

/**
 * Reads one message and what it answers.
 *
 * @throws {AppError} `not-found` (404) for people who are not members, and for no message.
 */
export async function loadMessagePage(
  s: Services,
  me: Person,
  roomId: string,
  id: string,
): Promise<MessagePage> {
  const [{ room, role }, { rooms }, hues] = await Promise.all([
    findRoom(s, me.id, roomId),
    loadRooms(s, me),
    roomHues(s, roomId),
  ]);
  const find = (id: string) => s.realtime.find(me, roomId, id);
  const message = await find(id);
  const quoted = await quotedBy(message, find);
  return { rooms, room, role, me, hues, message, quoted };
}
