/** Rows of a room as the server has drawn them before. */
import { textOf } from "../client/drawn/files.tsx";
import { drawWith, liOf, type RowProps } from "../client/drawn/Row.tsx";
import { drawn } from "../client/drawn/whole-row.tsx";
import { keptMarkup } from "./kept-markup.ts";

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

const insideOf = (props: RowProps): string =>
  keptMarkup(sourceOf(props), () => drawn(props).props.children);

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
