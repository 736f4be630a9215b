/**
 * How e-mails write days and times. Nobody knows what language a mailbox is read in, nor where, so
 * all of them write as pages do for a reader who is not known.
 */
import { UNKNOWN } from "../client/drawn/times.ts";

const { language, zone: timeZone } = UNKNOWN;
const day = new Intl.DateTimeFormat(language, {
  ...{ weekday: "long", day: "numeric", month: "long", timeZone },
});
const moment = new Intl.DateTimeFormat(language, {
  ...{ dateStyle: "long", timeStyle: "short", timeZone },
});

/** A day soon to come, as `Sunday 29 November`. */
export const dayInMail = (ms: number): string => day.format(ms);

/** A moment, as `29 November 2026 at 12:01 UTC`. */
export const momentInMail = (ms: number): string =>
  `${moment.format(ms)} ${UNKNOWN.label}`;
