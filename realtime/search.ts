import { FrameError } from "./frames.ts";
import type { RoomLog } from "./log/log.ts";
import { LIMITS, type Message, type SearchPage } from "./protocol.ts";

/** Messages one call looks at; whoever wants more asks again from `before`. */
const SCAN_LIMIT = 2_000;

/** The text as it is compared: without case, and however it was typed. */
const folded = (text: string): string =>
  text.normalize("NFKC").toLocaleLowerCase("en");

/**
 * Finds the newest messages before an offset that contain a text, in either case, as they
 * read now: after edits, and without deleted ones.
 *
 * @throws {FrameError} `bad-frame` if the text is empty or too long.
 */
export async function searchRoom(
  log: RoomLog,
  roomId: string,
  query: string,
  { before, limit }: { before?: number; limit: number },
): Promise<SearchPage> {
  const wanted = folded(query.trim());
  if (wanted.length === 0 || wanted.length > LIMITS.searchLength) {
    throw new FrameError(
      "bad-frame",
      `Search for 1 to ${LIMITS.searchLength} characters.`,
    );
  }
  const found: Message[] = [];
  let edge = before, epoch = "";
  for (let seen = 0; seen < SCAN_LIMIT; seen += LIMITS.historyLimit) {
    const range = { before: edge, limit: LIMITS.historyLimit };
    const page = await log.page(roomId, range);
    epoch = page.epoch;
    for (const message of page.messages.toReversed()) {
      edge = message.offset;
      if (!folded(message.content).includes(wanted)) continue;
      found.push(message);
      if (found.length === limit) {
        return { messages: found, epoch, before: edge };
      }
    }
    if (page.messages.length < LIMITS.historyLimit) {
      return { messages: found, epoch, before: null };
    }
  }
  return { messages: found, epoch, before: edge ?? null };
}
