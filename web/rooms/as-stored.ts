import { LIMITS } from "../../realtime/protocol.ts";
import { emojiTyped } from "../../realtime/text/emoji.ts";
import { withFewMarks } from "../../realtime/text/marks.ts";
import { isBlank } from "../../realtime/text/visible.ts";

/**
 * A text as realtime stores it: trimmed, with few marks on a character, and with emoji for their
 * names; empty where nothing of it can be seen. What a form says is compared with what is stored,
 * and what is not alike would be sent a second time.
 */
export async function asStored(written: string): Promise<string> {
  const text = withFewMarks(written.trim());
  return isBlank(text) ? "" : await emojiTyped(text, LIMITS.contentLength);
}
