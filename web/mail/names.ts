/** Characters of a name in the subject of a letter. */
const IN_SUBJECT = 40;

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

/**
 * A name somebody chose, as it may stand in the subject of a letter: short, and without anything a
 * mail program could make a link of, so that nobody advertises in our name.
 */
export function namedInSubject(name: string): string {
  const plain = name.replace(/([.:@])(?=[\p{L}\p{N}/])/gu, "$1 ")
    .replace(/\s+/g, " ").trim();
  const letters = [...plain];
  const short = letters.length > IN_SUBJECT
    ? `${letters.slice(0, IN_SUBJECT - 1).join("").trimEnd()}…`
    : plain;
  return RIGHT_TO_LEFT.test(short) ? `\u2068${short}\u2069` : short;
}
