import { formatter } from "../client/drawn/times.ts";
import type { Settings } from "./store.ts";

const MINUTE_MS = 60_000;
/** A day of 25 hours, and one more. */
const MOST_MINUTES = 26 * 60;

const CLOCK: Intl.DateTimeFormatOptions = {
  ...{ hourCycle: "h23", hour: "numeric", minute: "numeric" },
};

/** The minute of the day where somebody is. */
function minuteAt(time: number, zone: string): number {
  const parts = formatter({ language: "en", zone }, CLOCK).formatToParts(time);
  const of = (type: string) =>
    Number(parts.find((part) => part.type === type)?.value);
  return of("hour") * 60 + of("minute");
}

/**
 * When whoever has these settings may be disturbed, at a time or from then on: that time itself, or
 * the end of their pause and of their quiet hours. Hours that a change of clocks leaves out or
 * repeats are as their clock shows them.
 */
export function undisturbedUntil(
  { pausedUntil = 0, quiet }: Settings,
  time: number,
): number {
  const from = Math.max(time, pausedUntil);
  if (!quiet || quiet.from === quiet.to) return from;
  const isQuiet = (at: number) => {
    const minute = minuteAt(at, quiet.zone);
    return quiet.from < quiet.to
      ? minute >= quiet.from && minute < quiet.to
      : minute >= quiet.from || minute < quiet.to;
  };
  if (!isQuiet(from)) return from;
  const minute = Math.floor(from / MINUTE_MS);
  for (let next = minute + 1; next < minute + MOST_MINUTES; next++) {
    if (!isQuiet(next * MINUTE_MS)) return next * MINUTE_MS;
  }
  return from;
}

/** When the day ends where somebody is. */
export function tomorrow(time: number, zone: string): number {
  const minute = Math.floor(time / MINUTE_MS);
  for (let next = minute + 1; next < minute + MOST_MINUTES; next++) {
    const [before, at] = [next - 1, next].map((it) =>
      minuteAt(it * MINUTE_MS, zone)
    );
    if (at < before - 12 * 60) return next * MINUTE_MS;
  }
  return time + 24 * 60 * MINUTE_MS;
}
