import { type Clock, formatter } from "../client/drawn/times.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/**
 * How long ago, in a form that is right in every time zone; from a week on, the day.
 *
 * @param at and `now` are milliseconds since the Unix epoch.
 */
export function agoText(at: number, now: number, clock: Clock): string {
  const passed = Math.max(0, now - at);
  if (passed < MINUTE) return "now";
  if (passed < HOUR) return `${Math.floor(passed / MINUTE)} min`;
  if (passed < DAY) return `${Math.floor(passed / HOUR)} h`;
  if (passed < 7 * DAY) return `${Math.floor(passed / DAY)} d`;
  return dayText(at, now, clock);
}

/** The day, as the reader's language has it; the year only when it is another one. */
export function dayText(at: number, now: number, clock: Clock): string {
  const yearOf = (ms: number) => new Date(ms).getUTCFullYear();
  return formatter(clock, {
    day: "numeric",
    month: "short",
    year: yearOf(at) === yearOf(now) ? undefined : "numeric",
  }).format(at);
}

/** A moment, as a machine-readable time with {@link agoText} to read. */
export function Ago({ at, clock, now = Date.now() }: {
  at: number;
  clock: Clock;
  now?: number;
}) {
  return (
    <time dateTime={new Date(at).toISOString()}>{agoText(at, now, clock)}</time>
  );
}
