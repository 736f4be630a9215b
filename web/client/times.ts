/**
 * Times in the person's own zone and language where `local`; otherwise as the server has
 * them. The first drawing must agree with the server's.
 */

const cache: Record<string, Intl.DateTimeFormat> = {};
// Making a formatter costs more than a hundred uses of one.
const formatter = (local: boolean, options: Intl.DateTimeFormatOptions) =>
  cache[`${local}${Object.keys(options)}`] ??= local
    ? new Intl.DateTimeFormat(undefined, options)
    : new Intl.DateTimeFormat("en-GB", { ...options, timeZone: "UTC" });
const CLOCK = { hour: "numeric", minute: "2-digit" } as const;

/** The time of day, as `14:05`, or as the person's language has it. */
export const timeOf = (ms: number, local: boolean): string =>
  formatter(local, CLOCK).format(ms);

/** The same without AM or PM, where there is little room. */
export const shortTimeOf = (ms: number, local: boolean): string =>
  formatter(local, CLOCK).formatToParts(ms).map(({ type, value }) =>
    type === "dayPeriod" ? "" : value
  ).join("").trim();

/** The number of the day a moment falls on; consecutive days have consecutive numbers. */
export const dayOf = (ms: number, local: boolean): number =>
  Math.floor(
    (ms - (local ? new Date(ms).getTimezoneOffset() * 6e4 : 0)) / 864e5,
  );

/** The day's name, for a heading. */
export const dayNameOf = (ms: number, local: boolean): string =>
  [
    "Today",
    "Yesterday",
  ][local ? dayOf(Date.now(), true) - dayOf(ms, true) : -1] ??
    formatter(local, { day: "numeric", month: "long", year: "numeric" })
      .format(ms);
