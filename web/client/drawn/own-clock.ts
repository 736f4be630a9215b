/** What a room needs of times before it has all that knows of zones and languages. */

/** In which language and zone times are written; as the browser has them where it says neither. */
export interface Clock {
  /** BCP 47. */
  language?: string;
  /** An IANA time zone. */
  zone?: string;
  /** What a date says of the zone, where that is not the person's. */
  label?: string;
}

/** The person's own clock, where script runs: in the language their browser asks servers for. */
export const OWN: Clock = { language: globalThis.navigator?.language };

/** Milliseconds. */
export const DAY = 864e5;

/** The number of the day a moment falls on here; consecutive days have consecutive numbers. */
export const ownDay = (ms: number): number =>
  Math.floor((ms - new Date(ms).getTimezoneOffset() * 6e4) / DAY);

/** How days are told apart and called; whole-row.tsx knows more of it. */
export const days = {
  of: (ms: number, _clock: Clock): number => ownDay(ms),
  name: (_ms: number, _clock: Clock): string => "Today",
};
