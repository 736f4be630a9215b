const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** Tries of one e-mail, the first included. */
export const MOST_TRIES = 8;
/** After so long a failed try is the last, however few there were. */
export const GIVE_UP_MS = 24 * HOUR_MS;

/**
 * Milliseconds to wait after the `tries`th try failed: about 1, 4, 16 and 64 minutes, 4 hours and
 * then 8, so that the eighth try comes after some 22 hours. Grey-listing servers want a few
 * minutes (RFC 6647 §5), and RFC 5321 §4.5.4.1 asks for longer waits as time goes by.
 *
 * @param random 0 to 1: up to a fifth more or less, so that e-mails that failed together, or
 * instances that started together, do not come back together.
 */
export function waitAfter(tries: number, random = Math.random()): number {
  const waitMs = Math.min(MINUTE_MS * 4 ** (tries - 1), 8 * HOUR_MS);
  return Math.round(waitMs * (0.8 + 0.4 * random));
}

/** Whether a try that failed for now was the last. */
export const isLast = (tries: number, ageMs: number): boolean =>
  tries >= MOST_TRIES || ageMs >= GIVE_UP_MS;
