/** Marks one character may carry: those of stream-safe text (UAX #15, section 13). */
const STREAM_SAFE = 30;

/** Nothing before U+0300 is a mark, and most texts have nothing beyond. */
const MAY_HAVE_MARKS = /[\u0300-\uffff]/;
const MARK = /\p{M}/u;

/**
 * The text without the marks a character carries beyond so many: what draws, sorts or
 * normalises them takes time that grows faster than their number, and no language needs them.
 */
export function withFewMarks(text: string, most = STREAM_SAFE): string {
  if (!MAY_HAVE_MARKS.test(text)) return text;
  let kept = "", from = 0, at = 0, run = 0;
  for (const point of text) {
    const end = at + point.length;
    if (!MARK.test(point)) run = 0;
    else if (++run > most) {
      kept += text.slice(from, at);
      from = end;
    }
    at = end;
  }
  return from === 0 ? text : kept + text.slice(from);
}
