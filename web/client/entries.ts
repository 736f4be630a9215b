import type { EntryFrame, Message } from "../../realtime/protocol.ts";
import type { Known } from "./room-state.ts";

type Change = Exclude<EntryFrame, { event: "new-message" }>;

/** A message as everyone sees it after one more entry about it. */
export function changed<M extends Message>(message: M, entry: Change): M {
  if (message.deletedAt) return message;
  switch (entry.event) {
    case "message-edited":
      return {
        ...message,
        content: entry.content,
        editedAt: entry.timestamp,
      };
    case "message-deleted": {
      const { reactions: _, ...rest } = message;
      return { ...rest as M, content: "", deletedAt: entry.timestamp };
    }
    case "reaction": {
      const { [entry.emoji]: people = [], ...rest } = message.reactions ?? {};
      const without = people.filter((id) => id !== entry.sender.id);
      // Choosing it again keeps one's place.
      const now = !entry.on
        ? without
        : without.length < people.length
        ? people
        : [...people, entry.sender.id];
      return {
        ...message,
        reactions: now.length ? { ...rest, [entry.emoji]: now } : rest,
      };
    }
  }
}

/**
 * The messages after an entry about one of them; the same array when it is about none, or
 * when the page that message came from had the entry applied already.
 */
export function withEntry(messages: Known[], entry: EntryFrame): Known[] {
  if (entry.event === "new-message") return messages;
  const at = messages.findLastIndex((m) => m.id === entry.id);
  if (at < 0) return messages;
  return messages.toSpliced(
    at,
    1,
    entry.offset <= (messages[at].upTo ?? 0)
      ? messages[at]
      : changed(messages[at], entry),
  );
}
