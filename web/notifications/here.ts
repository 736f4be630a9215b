/** What a page that is open, but not looked at, shows of a message. */
import { EVERYONE } from "../../realtime/protocol.ts";
import { findRoom } from "../rooms/rooms.ts";
import { undisturbedUntil } from "./quiet.ts";
import { choiceOf, settingsOf } from "./settings.ts";
import { noticeId, type Why } from "./store.ts";
import { type DeliverServices, payload, toTell } from "./telling.ts";

/**
 * What is shown of a message, in the words of a push and under its tag; null: it is not for this
 * person, they have read it, or they want none now.
 *
 * @param message its id.
 * @throws {AppError} `not-found` (404) for people who are not members.
 */
export async function shownHere(
  s: DeliverServices,
  accountId: string,
  roomId: string,
  message: string,
): Promise<string | null> {
  const { room } = await findRoom(s, accountId, roomId);
  const [settings, choice, positions] = await Promise.all([
    settingsOf(s, accountId),
    choiceOf(s, accountId, roomId),
    s.realtime.positions(roomId, [accountId]),
  ]);
  const now = Date.now();
  if (undisturbedUntil(settings, now) > now) return null;
  const isDirect = room.kind === "direct";
  const why: Why = isDirect ? "direct" : choice === "all" ? "all" : "mention";
  const id = noticeId(roomId, message);
  // Where it is, is known once it was found.
  const offset = Infinity;
  const told = await toTell(s, {
    ...{ accountId, id },
    notice: { roomId, offset, why },
  });
  if (told === null || told.sender.id === accountId) return null;
  if ((positions[accountId] ?? 0) >= told.offset) return null;
  const isFor = ({ id }: { id: string }) => id === accountId || id === EVERYONE;
  if (why === "mention" && !told.mentions?.some(isFor)) return null;
  const notice = { roomId, offset: told.offset, sender: told.sender.id, why };
  return await payload(s, { id, notice }, told, settings.wordless === true);
}
