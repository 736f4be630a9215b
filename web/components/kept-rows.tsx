/**
 * Rows of a room as the server has drawn them before. Most of what a room shows was shown a moment
 * ago, to somebody else or to the same person: drawing it anew took most of the time of a page.
 */
import { Fragment, h } from "preact";
import { renderToString } from "preact-render-to-string";
import { textOf } from "../client/drawn/files.tsx";
import { drawWith, liOf, type RowProps } from "../client/drawn/Row.tsx";
import { drawn } from "../client/drawn/whole-row.tsx";

/** Characters of markup and of what it was made from that are kept, in all: a byte each, or two. */
const MOST = 16_000_000;

/** What is inside the row, by all that it was drawn from; the least used first. */
const kept = new Map<string, string>();
let size = 0;

/**
 * Everything a row is drawn from, in one text: what two rows have in common that are drawn alike.
 * Who reads, and what others are called, counts where something in the row is about people.
 */
function sourceOf(props: RowProps): string {
  const { room, message, head, me, clock, hue, names, quoted } = props;
  const { mentions = [], reactions = {} } = message;
  const people = [
    ...mentions.map(({ id }) => id),
    ...Object.values(reactions).flat(),
  ];
  const about = people.length > 0
    ? [me, ...people.map((id) => names?.[id])]
    : 0;
  const quote = quoted ? [quoted.sender.name, textOf(quoted)] : 0;
  return JSON.stringify([
    ...[room, head, hue, clock.language, clock.zone, about, quote],
    message,
  ]);
}

function keep(source: string, html: string): void {
  kept.set(source, html);
  size += source.length + html.length;
  for (const [oldest, { length }] of kept) {
    if (size <= MOST) return;
    kept.delete(oldest);
    size -= oldest.length + length;
  }
}

function insideOf(props: RowProps): string {
  const source = sourceOf(props);
  const known = kept.get(source);
  if (known !== undefined) {
    kept.delete(source);
    kept.set(source, known);
    return known;
  }
  const { children } = drawn(props).props;
  const html = renderToString(h(Fragment, null, children));
  keep(source, html);
  return html;
}

/**
 * Whether it is a row of a room's own page: there no link in it leads to the page it is on, which
 * Fresh would mark in it. What is on its way, or alive, is drawn in a browser.
 */
const isOfRoom = ({ whole, alive, status, reason }: RowProps): boolean =>
  whole === false && !alive && !status && !reason;

drawWith((props) =>
  isOfRoom(props)
    ? (
      <li
        {...liOf(props)}
        dangerouslySetInnerHTML={{ __html: insideOf(props) }}
      />
    )
    : drawn(props)
);
