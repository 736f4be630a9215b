/** Gives rows as the server sent them what they have where script runs, without drawing them anew. */
import type { Message } from "../../../realtime/protocol.ts";
import { whenIdle } from "./idle.ts";
import { OWN } from "../drawn/own-clock.ts";
import { type Clock, timeOf } from "../drawn/times.ts";
import { offersOf } from "../drawn/whole-row.tsx";

/** So long at a time, that a slow phone answers in between: ms. */
const PIECE = 8;

/** Links and buttons of a row as {@linkcode Row} draws them alive, and its time by a clock. */
export function wake(
  row: Element,
  message: Message | undefined,
  clock: Clock = OWN,
): void {
  for (const link of row.querySelectorAll<HTMLElement>(".at, .by b a")) {
    // The arrow keys lead to what can be done with a message.
    link.tabIndex = -1;
  }
  for (const button of row.querySelectorAll("button")) button.disabled = false;
  // Its button plays it.
  row.querySelector(".voice audio")?.remove();
  // One that was drawn here has them.
  const offers = message && !row.querySelector(".more");
  for (const offer of offers ? offersOf(message) : []) {
    const button = document.createElement("button");
    for (const [name, value] of Object.entries(offer)) {
      button.setAttribute(name, String(value));
    }
    row.append(button);
  }
  const time = row.querySelector("time");
  if (!time) return;
  const text = timeOf(Date.parse(time.dateTime), clock);
  if (time.textContent !== text) time.textContent = text;
}

/**
 * Wakes the rows of a log in idle moments, the newest first, until the signal.
 *
 * @param messageOf the message of a row, as the server sent it or as it is by now.
 */
export function wakeRows(
  log: Element,
  messageOf: (id: string) => Message | undefined,
  signal: AbortSignal,
): void {
  const rows = [...log.querySelectorAll(".message")];
  const next = () => {
    const end = performance.now() + PIECE;
    while (rows.length > 0 && performance.now() < end) {
      const row = rows.pop()!;
      wake(row, messageOf(row.id));
    }
    if (rows.length > 0 && !signal.aborted) whenIdle(next);
  };
  whenIdle(next);
}
