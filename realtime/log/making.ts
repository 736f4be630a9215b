import type {
  Mention,
  Message,
  Parts,
  Preview,
  Sender,
  Voice,
} from "../protocol.ts";
import type { NewEntry } from "./entry.ts";
import { attachedText, fieldsText } from "./json.ts";

/** Who makes an entry, where and when. */
export interface Origin {
  roomId: string;
  clientId: string;
  sender: Sender;
  timestamp: number;
}

/** Somebody makes an entry now. */
export const originOf = (
  { sender }: { sender: Sender },
  roomId: string,
  clientId: string,
): Origin => ({ roomId, clientId, sender, timestamp: Date.now() });

/** An entry for a message. */
export function messageEntry(
  origin: Origin,
  { replyTo, content, voice, files, mentions }: Parts & { replyTo?: string },
): NewEntry {
  const { clientId, sender, timestamp } = origin;
  return {
    ...origin,
    kind: "m",
    head: fieldsText({ clientId, sender, timestamp, replyTo }),
    parts: fieldsText({ content, voice, files, mentions }),
    attached: attachedText(sender, { voice, files }),
  };
}

export type Amendment =
  /** With a voice note: it was heard at last. */
  | { kind: "e"; content: string; mentions?: Mention[]; voice?: Voice }
  /**
   * The page it links to was looked up; the text is as it was. Or the message was shed: its files,
   * voice note and the picture of its preview are gone.
   */
  | { kind: "e"; content: string; preview: Preview; shed?: true }
  | { kind: "d" }
  | { kind: "r"; emoji: string; on: boolean };

/** An entry that edits, deletes or reacts to the message `target`. */
export function amendmentEntry(
  origin: Origin,
  target: Pick<Message, "id" | "offset">,
  amendment: Amendment,
): NewEntry {
  const { clientId, sender, timestamp } = origin;
  const about = { id: target.id, clientId, sender, timestamp };
  const made = { ...origin, target: target.offset, attached: "" };
  switch (amendment.kind) {
    case "e": {
      const { kind, ...said } = amendment;
      const parts = fieldsText(said);
      const attached = "preview" in said && said.preview.picture
        ? attachedText(sender, { files: [said.preview.picture] })
        : "";
      return { ...made, kind, head: fieldsText(about), parts, attached };
    }
    case "d":
      return { ...made, kind: "d", head: fieldsText(about), parts: "" };
    case "r": {
      const { kind, emoji, on } = amendment;
      const head = fieldsText({ ...about, emoji, on });
      return { ...made, kind, head, parts: "" };
    }
  }
}
