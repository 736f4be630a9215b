/**
 * How e-mails write days and times. Nobody knows what language a mailbox is read in, nor where, so
 * all of them write as pages do for a reader who is not known.
 */
import { formatter, UNKNOWN } from "../client/drawn/times.ts";

const DAY = { weekday: "long", day: "numeric", month: "long" } as const;
const MOMENT = { dateStyle: "long", timeStyle: "short" } as const;

/** A day soon to come, as `Sunday 29 November`. */
export const dayInMail = (ms: number): string =>
  formatter(UNKNOWN, DAY).format(ms);

/** A moment, as `29 November 2026 at 12:01 UTC`. */
export const momentInMail = (ms: number): string =>
  `${formatter(UNKNOWN, MOMENT).format(ms)} ${UNKNOWN.label}`;
