/** Older messages, put before the first one. Loaded when someone scrolls up to them. */
import type { HistoryPage } from "../../realtime/protocol.ts";
import type { RoomState } from "./room-state.ts";

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
 * Fetches the page before the first message, by the session cookie, and applies it.
 *
 * @throws {Error} when it cannot be had.
 */
export async function loadOlder(
  state: RoomState,
  update: (change: (state: RoomState) => RoomState) => void,
): Promise<void> {
  const before = state.messages[0].offset;
  update((now) => ({ ...now, loading: true }));
  try {
    const response = await fetch(
      `/api/messages?roomId=${state.roomId}&before=${before}`,
    );
    if (!response.ok) throw new Error(`history: ${response.status}`);
    const page = await response.json();
    update((now) => withOlder(now, before, page));
  } finally {
    update((now) => ({ ...now, loading: false }));
  }
}
