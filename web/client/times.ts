import { signal } from "@preact/signals";

/**
 * False on the server and in the first render, which must agree; true once the page is
 * alive, and times are in the person's own zone and language from then on.
 */
export const local = signal(false);

const cache: Record<string, Intl.DateTimeFormat> = {};
// Making a formatter costs more than a hundred uses of one.
const format = (ms: number, options: Intl.DateTimeFormatOptions) =>
  (cache[`${local.value}${Object.keys(options)}`] ??= local.value
    ? new Intl.DateTimeFormat(undefined, options)
    : new Intl.DateTimeFormat("en-GB", { ...options, timeZone: "UTC" }))
    .format(ms);

/** The time of day, as `14:05`, or as the person's language has it. */
export const timeOf = (ms: number): string =>
  format(ms, { hour: "numeric", minute: "2-digit" });

/** The number of the day a moment falls on; consecutive days have consecutive numbers. */
export const dayOf = (ms: number): number =>
  Math.floor(
    (ms - (local.value ? new Date(ms).getTimezoneOffset() * 6e4 : 0)) / 864e5,
  );

/** The day's name, for a heading. */
export const dayNameOf = (ms: number): string =>
  ["Today", "Yesterday"][local.value ? dayOf(Date.now()) - dayOf(ms) : -1] ??
    format(ms, { day: "numeric", month: "long", year: "numeric" });
