import type { EntryFrame, Message } from "../../../realtime/protocol.ts";
import type { Unsent } from "./pending.ts";

/** A message, and for one from an older page the offset up to which that page had entries. */
export type Known = Message & { upTo?: number };

type Change = Exclude<EntryFrame, { event: "new-message" }>;

/** A message as everyone sees it after one more entry about it. */
export function changed<M extends Message>(message: M, entry: Change): M {
  // A deletion is final: an edit that crossed it must not bring the text back.
  if (message.deletedAt) return message;
  switch (entry.event) {
    case "message-edited": {
      const { voice, preview = message.preview } = entry;
      // What was looked up, or heard, is no edit: whoever wrote it out meanwhile knows better.
      const content = entry.preview || voice && message.content
        ? message.content
        : entry.content;
      // A preview is shown as long as the text has its address, unless it was taken away.
      const isShown = preview?.title && content.includes(preview.address);
      return {
        ...message,
        content,
        preview: isShown ? preview : undefined,
        // They went with their sender's account.
        ...(entry.shed
          ? { voice: undefined, files: undefined }
          : voice
          ? { voice }
          : !entry.preview && {
            mentions: entry.mentions,
            editedAt: entry.timestamp,
          }),
      };
    }
    case "message-deleted":
      return {
        ...message,
        content: "",
        deletedAt: entry.timestamp,
        reactions: undefined,
        voice: undefined,
        files: undefined,
        mentions: undefined,
        preview: undefined,
        editedAt: undefined,
      };
    case "reaction": {
      const { [entry.emoji]: people = [], ...reactions } = message.reactions ??
        {};
      const chose = people.filter((id) => id !== entry.sender.id);
      if (entry.on) chose.push(entry.sender.id);
      if (chose.length) reactions[entry.emoji] = chose;
      return {
        ...message,
        reactions: Object.keys(reactions).length ? reactions : undefined,
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
  return messages.with(
    at,
    // One that came in no page is as it was delivered.
    entry.offset <= messages[at].upTo!
      ? messages[at]
      : changed(messages[at], entry),
  );
}

const DONE = {
  "edit-message": "message-edited",
  "delete-message": "message-deleted",
  "react": "reaction",
} as const;

/** A message as it will be once what waits to be sent about it is done. */
export const expected = <M extends Message>(
  message: M,
  { unsent, me }: { unsent: Unsent[]; me: string },
): M =>
  unsent.reduce((now, { request, timestamp }) => {
    if (request?.id !== message.id) return now;
    const sender = { id: me, name: "" };
    const event = DONE[request.event];
    return changed(now, { ...request, event, sender, timestamp } as Change);
  }, message);
