/** Hebrew, Arabic, Syriac and the other scripts written from right to left. */
const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/;
const WORD_JOINER = "\u2060";

/**
 * A name somebody chose, as it may stand in a letter's sentence.
 *
 * Mail programs turn "visit evil.example" into a link by themselves, which would let anyone send
 * links of their own in our name to addresses they invite: an invisible joiner after each dot
 * keeps a name a name. One written from right to left is isolated, or it would reorder the
 * sentence around it (Unicode UAX #9 §2.7).
 */
export function named(name: string): string {
  const unlinked = name.replace(/([.:@])(?=\S)/g, `$1${WORD_JOINER}`);
  return RIGHT_TO_LEFT.test(name) ? `\u2068${unlinked}\u2069` : unlinked;
}
