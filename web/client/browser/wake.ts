/** Gives rows as the server sent them what they have where script runs, without drawing them anew. */
import { whenIdle } from "./idle.ts";
import { OWN } from "../drawn/own-clock.ts";
import { type Clock, timeOf } from "../drawn/times.ts";

/** So long at a time, that a slow phone answers in between: ms. */
const PIECE = 8;

/** Links and buttons of a row as {@linkcode Row} draws them alive, and its time by a clock. */
export function wake(row: Element, clock: Clock = OWN): void {
  for (const link of row.querySelectorAll<HTMLElement>(".at, .by b a")) {
    // The arrow keys lead to what can be done with a message.
    link.tabIndex = -1;
  }
  for (const button of row.querySelectorAll("button")) button.disabled = false;
  // Its button plays it.
  row.querySelector(".voice audio")?.remove();
  const time = row.querySelector("time");
  if (!time) return;
  const text = timeOf(Date.parse(time.dateTime), clock);
  if (time.textContent !== text) time.textContent = text;
}

/** Wakes the rows of a log in idle moments, the newest first, until the signal. */
export function wakeRows(log: Element, signal: AbortSignal): void {
  const rows = [...log.querySelectorAll(".message")];
  const next = () => {
    const end = performance.now() + PIECE;
    while (rows.length > 0 && performance.now() < end) wake(rows.pop()!);
    if (rows.length > 0 && !signal.aborted) whenIdle(next);
  };
  whenIdle(next);
}
