/** Messages around those shown. Loaded when someone scrolls to them. */
import type { HistoryPage } from "../../../realtime/protocol-http.ts";
import type { RoomState } from "./room-state.ts";

/** Messages asked for at once. */
const PAGE = 50;

/**
 * The state with the page of messages before the one at offset `before` put in front. The
 * same object when the page does not fit: another window has come meanwhile, or the page
 * was read before an entry about one of its messages that went by unnoticed.
 */
export function withOlder(
  state: RoomState,
  before: number,
  page: HistoryPage,
): RoomState {
  if (
    page.epoch !== state.epoch || page.offset < state.missed ||
    before !== state.messages[0]?.offset
  ) return state;
  const older = page.messages
    .filter((message) => message.offset < before)
    // The live entries up to here are in the page already.
    .map((message) => ({ ...message, upTo: page.offset }));
  return {
    ...state,
    messages: [...older, ...state.messages],
    more: older.length > 0 && older[0].offset > 1,
  };
}

/**
 * The state with the page of messages after the one at offset `after` behind it, under the same
 * conditions. A page that is not full ends with the newest message of its time.
 */
export function withNewer(
  state: RoomState,
  after: number,
  page: HistoryPage,
): RoomState {
  if (
    !state.behind || page.epoch !== state.epoch || page.offset < state.missed ||
    after !== (state.messages.at(-1)?.offset ?? 0)
  ) return state;
  const newer = page.messages
    .filter((message) => message.offset > after)
    .map((message) => ({ ...message, upTo: page.offset }));
  return {
    ...state,
    messages: [...state.messages, ...newer],
    behind: newer.length >= PAGE || page.offset < state.offset,
  };
}

/**
 * Fetches the page before the first message, or after the last one, by the session cookie, and
 * applies it.
 *
 * @throws {Error} when it cannot be had.
 */
export async function loadMore(
  { roomId, messages }: RoomState,
  update: (change: (state: RoomState) => RoomState) => void,
  where: "before" | "after",
): Promise<void> {
  // A page of a part that was trimmed is empty: what comes after it begins the log.
  const offset = messages.at(where === "before" ? 0 : -1)?.offset ?? 0;
  update((now) => ({ ...now, loading: true }));
  try {
    const response = await fetch(
      `/api/messages?roomId=${roomId}&${where}=${offset}&limit=${PAGE}`,
    );
    if (!response.ok) throw new Error(`history: ${response.status}`);
    const page = await response.json();
    const add = where === "before" ? withOlder : withNewer;
    update((now) => add(now, offset, page));
  } finally {
    update((now) => ({ ...now, loading: false }));
  }
}
