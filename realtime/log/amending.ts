import type { EntryFrame, Message, Preview } from "../protocol.ts";
import type { Entry } from "./entry.ts";
import { entryFrame } from "./frame-text.ts";

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
  if (frame.event === "message-edited" && frame.voice) {
    // It may be gone with its sender's account, and the words are left.
    if (message.voice) message.voice = frame.voice;
    // A text that its sender typed meanwhile stays.
    message.content ||= frame.content;
  } else if (frame.event === "message-edited" && frame.preview) {
    show(message, frame.preview);
    if (frame.shed) {
      delete message.voice;
      delete message.files;
    }
  } else if (frame.event === "message-edited") {
    message.content = frame.content;
    message.editedAt = frame.timestamp;
    if (message.preview) show(message, message.preview);
    if (frame.mentions) message.mentions = frame.mentions;
    else delete message.mentions;
  } else if (frame.event === "message-deleted") {
    message.content = "";
    message.deletedAt = frame.timestamp;
    // Of what is erased it is not known any more whether it was an edit.
    delete message.editedAt;
    delete message.reactions;
    delete message.voice;
    delete message.files;
    delete message.mentions;
    delete message.preview;
  } else {
    react(message, frame.emoji, frame.sender.id, frame.on);
  }
}

/** Shows a preview, as long as the text has its address. */
function show(message: Message, preview: Preview): void {
  const isThere = message.content.includes(preview.address);
  if (isThere && preview.title !== undefined) message.preview = preview;
  else delete message.preview;
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
