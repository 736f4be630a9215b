/** Characters shown of a long message, and of those before what was found. */
const LENGTH = 280;
const LEAD = 80;

/** Where a text begins in another, in either case; undefined if that cannot be said. */
function placeOf(text: string, wanted: string): number | undefined {
  const folded = text.toLowerCase();
  // Some letters grow when folded, and then places are not those of the text.
  const at = folded.length === text.length
    ? folded.indexOf(wanted.toLowerCase())
    : -1;
  return at < 0 ? undefined : at;
}

/** A part of a text; a character that is cut in two at an end is left out. */
const cut = (text: string, from: number, to: number): string =>
  text.slice(from, to).replace(/^[\uDC00-\uDFFF]|[\uD800-\uDBFF]$/g, "");

/** The part of a message around what was searched for, which is marked. */
export function Excerpt({ text, wanted }: { text: string; wanted: string }) {
  const at = placeOf(text, wanted);
  const from = at === undefined || text.length <= LENGTH
    ? 0
    : Math.max(0, at - LEAD);
  const to = Math.min(text.length, from + LENGTH);
  const before = from > 0 ? "…" : "";
  const after = to < text.length ? "…" : "";
  if (at === undefined) return <>{cut(text, 0, LENGTH) + after}</>;
  const end = Math.min(to, at + wanted.length);
  return (
    <>
      {before + cut(text, from, at)}
      <mark>{text.slice(at, end)}</mark>
      {cut(text, end, to) + after}
    </>
  );
}
