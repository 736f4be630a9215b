import { type Clock, DAY, ownDay } from "./own-clock.ts";

export type { Clock };

/** While nobody has told the server which one is theirs. */
export const UNKNOWN: Clock = {
  language: "en-GB",
  zone: "UTC",
  label: "UTC",
};

/** On a server more come up than are worth keeping. */
const KEPT = 99;

const formatters = new Map<string, Intl.DateTimeFormat>();
/** What writes times in this way for somebody's clock: making one costs more than a hundred uses. */
export const formatter = (
  { language, zone }: Clock,
  options: Intl.DateTimeFormatOptions,
): Intl.DateTimeFormat => {
  const key = `${language}${zone}${JSON.stringify(options)}`;
  const known = formatters.get(key);
  if (known) return known;
  if (formatters.size > KEPT) formatters.clear();
  const made = new Intl.DateTimeFormat(language, {
    ...options,
    timeZone: zone,
  });
  formatters.set(key, made);
  return made;
};
const CLOCK = { hour: "numeric", minute: "2-digit" } as const;

/** The time of day, as `14:05`, or as the person's language has it. */
export const timeOf = (ms: number, clock: Clock): string =>
  formatter(clock, CLOCK).format(ms);

/** The number of the day a moment falls on; consecutive days have consecutive numbers. */
export const dayOf = (ms: number, { zone }: Clock): number =>
  zone
    // Swedish dates are those of ISO 8601, which stand for the start of a day in UTC.
    ? Date.parse(formatter({ language: "sv", zone }, {}).format(ms)) / DAY
    // Far cheaper, and a room may hold a thousand.
    : ownDay(ms);

/** The day's name, for a heading. */
export const dayNameOf = (ms: number, clock: Clock): string =>
  [
    "Today",
    "Yesterday",
  ][clock.label ? -1 : dayOf(Date.now(), clock) - dayOf(ms, clock)] ??
    withLabel(
      formatter(clock, { day: "numeric", month: "long", year: "numeric" })
        .format(ms),
      clock,
    );

/** A date, with what it has to say of its zone: `15 November 2026 (UTC)`. */
const withLabel = (date: string, { label }: Clock): string =>
  label ? `${date} (${label})` : date;

/** A day and a time of it, as `4 March 2026, 12:01`. */
export const dateTimeOf = (ms: number, clock: Clock): string =>
  formatter(clock, { dateStyle: "long", timeStyle: "short" }).format(ms);
