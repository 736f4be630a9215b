import { withFewMarks } from "../realtime/text/marks.ts";
import { isBlank } from "../realtime/text/visible.ts";

/** Marks a letter of a name may carry: more is drawn over the lines around it. */
const MOST_MARKS = 4;

/** Marks without a letter to be on. */
const ONLY_MARKS = /^[\p{M}\s]+$/u;

/** Invisible, and yet how some scripts and emoji are written. */
const JOINER = /[\u200c\u200d\p{Variation_Selector}]/u;
/** After these a joiner does nothing but make names that look alike. */
const NEVER_JOINED =
  /[\s\p{P}\p{Nd}\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}]/u;

/**
 * A name of a person or a room as it is kept: one line with single spaces, in one Unicode form
 * (NFC), without what cannot be seen or is half a character, and with few marks on each letter. Empty
 * when nothing is left to see.
 */
export function cleanName(name: string): string {
  // Stream-safe first (UAX #15): composing long runs of marks takes the square of their length.
  const composed = withFewMarks(name).normalize("NFC");
  let kept = "", before = " ";
  for (const point of withFewMarks(composed, MOST_MARKS)) {
    // Also what ends a line, or is a control character: words on both sides stay two.
    const isSpace = /[\s\p{Cc}]/u.test(point);
    const isIgnored = JOINER.test(point)
      ? NEVER_JOINED.test(before) || JOINER.test(before)
      : !isSpace && (isBlank(point) || !point.isWellFormed());
    if (isIgnored || (isSpace && before === " ")) continue;
    before = isSpace ? " " : point;
    kept += before;
  }
  const text = kept.trim();
  return isBlank(text) || ONLY_MARKS.test(text) ? "" : text;
}
