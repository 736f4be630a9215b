import { LIMITS, type Message } from "../../realtime/protocol.ts";
import { isBlank } from "../../realtime/text/visible.ts";
import { AppError } from "../errors.ts";
import type { Change, Person, Services } from "../services.ts";
import { asStored } from "./as-stored.ts";
import { messageTooLong } from "./send-once.ts";

const isDone = (message: Message, me: string, change: Change): boolean => {
  switch (change.event) {
    case "edit-message":
      return !message.deletedAt && message.content === change.content;
    case "delete-message":
      return message.deletedAt !== undefined;
    case "react": {
      const { reactions = {} } = message;
      // Anybody may call an emoji what every object has, such as "constructor".
      const isThere = Object.hasOwn(reactions, change.emoji);
      const people = isThere ? reactions[change.emoji] : [];
      return people.includes(me) === change.on;
    }
  }
};

function checkContent(content: string, { files, voice }: Message): void {
  if (isBlank(content) && !files && !voice) {
    throw new AppError({
      code: "message-empty",
      status: 422,
      message: "Write something first, or delete the message.",
    });
  }
  if (content.length > LIMITS.contentLength) throw messageTooLong();
}

/**
 * Changes a message as a form says. A form sent twice changes it once: what is as it should be
 * stays as it is. Files and voice notes need no text.
 *
 * @throws {AppError} `message-empty` and `message-too-long` (422); what the room log throws.
 */
export async function amendOnce(
  { realtime }: Pick<Services, "realtime">,
  account: Person,
  roomId: string,
  change: Change,
): Promise<Message> {
  const trimmed = change.event === "edit-message"
    ? { ...change, content: await asStored(change.content) }
    : change;
  const message = await realtime.find(account, roomId, trimmed.id);
  if (trimmed.event === "edit-message") checkContent(trimmed.content, message);
  if (isDone(message, account.id, trimmed)) return message;
  return await realtime.amend(account, roomId, trimmed);
}
