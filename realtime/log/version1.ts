import type { Sender } from "../protocol.ts";
import { attachedText, fieldsText } from "./json.ts";
import type { Kind, Written } from "./entry.ts";

interface Fields {
  sender: Sender;
  content?: string;
  clip?: string;
}

/**
 * The entry of a line that a version before December 2026 wrote: the fields of one JSON object
 * without its opening brace. `content` was the text, and the empty one meant erased; `clip` was
 * the recording of a voice note.
 *
 * Such a line stays as it is until its message is deleted. `lua/lines.lua` reads it, too.
 */
export function fromVersion1(kind: Kind, line: string): Written {
  const { content, clip, ...head } = JSON.parse(`{${line}`) as Fields;
  const isErased = content === undefined || content === "";
  const voice = clip === undefined ? undefined : { clip };
  return {
    kind,
    head: fieldsText(head),
    parts: isErased ? "" : fieldsText({ content, voice }),
    attached: isErased ? "" : attachedText(head.sender, { voice }),
  };
}
