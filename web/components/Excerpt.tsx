import { Fragment } from "preact";
import { placesOf, type Term } from "../../realtime/text/terms.ts";

/** Characters of a message that are shown whatever is in it. */
const LENGTH = 280;
/** Characters shown on either side of what was found in a longer one. */
const AROUND = 80;

/** A part of a text; a character that is cut in two at an end is left out. */
const cut = (text: string, from: number, to: number): string =>
  text.slice(from, to).replace(/^[\uDC00-\uDFFF]|[\uD800-\uDBFF]$/g, "");

type Range = [from: number, to: number];

/** What is shown of a text: ranges around its places, those that meet as one. */
function partsOf(text: string, places: Range[]): Range[] {
  if (text.length <= LENGTH) return [[0, text.length]];
  if (places.length === 0) return [[0, LENGTH]];
  const parts: Range[] = [];
  for (const [from, to] of places) {
    const start = Math.max(0, from - AROUND);
    const end = Math.min(text.length, to + AROUND);
    const before = parts.at(-1);
    if (before && start <= before[1]) before[1] = end;
    else parts.push([start, end]);
  }
  return parts;
}

/** The parts of a message around the words that were searched for, which are all marked. */
export function Excerpt({ text, terms }: { text: string; terms: Term[] }) {
  const places = placesOf(text, terms);
  let next = 0;
  return partsOf(text, places).map(([start, end], i) => {
    const shown = [];
    let at = start;
    for (; next < places.length && places[next][0] < end; next++) {
      const [from, to] = places[next];
      shown.push(cut(text, at, from), <mark>{text.slice(from, to)}</mark>);
      at = to;
    }
    shown.push(cut(text, at, end));
    return (
      <Fragment key={start}>
        {i === 0 && start > 0 && "…"}
        {shown}
        {end < text.length && "… "}
      </Fragment>
    );
  });
}
