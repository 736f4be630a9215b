const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/**
 * How long ago, in a form that is right in every time zone: the server does not know the
 * reader's. From a week on, the day in UTC.
 *
 * @param at and `now` are milliseconds since the Unix epoch.
 */
export function agoText(at: number, now: number): string {
  const passed = Math.max(0, now - at);
  if (passed < MINUTE) return "now";
  if (passed < HOUR) return `${Math.floor(passed / MINUTE)} min`;
  if (passed < DAY) return `${Math.floor(passed / HOUR)} h`;
  if (passed < 7 * DAY) return `${Math.floor(passed / DAY)} d`;
  return dayText(at, now);
}

/** The day in UTC; the year only when it is another one. */
export function dayText(at: number, now: number): string {
  const sameYear =
    new Date(at).getUTCFullYear() === new Date(now).getUTCFullYear();
  return new Intl.DateTimeFormat("en-GB", {
    day: "numeric",
    month: "short",
    year: sameYear ? undefined : "numeric",
    timeZone: "UTC",
  }).format(at);
}

/** A moment, as a machine-readable time with {@link agoText} to read. */
export function Ago({ at, now = Date.now() }: { at: number; now?: number }) {
  return <time dateTime={new Date(at).toISOString()}>{agoText(at, now)}</time>;
}
