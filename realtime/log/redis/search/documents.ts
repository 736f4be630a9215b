/**
 * What the search engine of a Redis holds of a message: marks, and no words. A mark is a short
 * hash of the beginning of a word, of a room, a sender, or a thing that a message has. So nothing
 * anybody writes is ever read by the engine as part of a query; its limits on beginnings of words
 * do not matter, as none are asked for; and in the list of marks, which engines keep after the
 * last message with one is gone, nothing can be read. What is found is looked at again, so two
 * texts that share a mark do no harm.
 */
import type { Message } from "../../../protocol.ts";
import { kindOf } from "../../../text/terms.ts";
import { type Lookup, lookupsOf, tokensOf } from "../../../text/tokens.ts";
import { hasOf, type SearchQuery, textOf } from "../../search.ts";

/** Of another version the index is made anew. Bun says what a letter is. */
export const VERSION = `1 ${Bun.version}`;

/** Beginnings of words that have a mark, in characters: a longer one is found by the next shorter. */
const LENGTHS = [2, 3, 4, 6, 9];
/** Marks that are looked up for words, the longest; and rooms or people. */
const MOST_WORDS = 12;
const MOST_OF = 64;

const MARKS = 36 ** 5;
type MarkKind = "w" | "r" | "s" | "h";

/** A letter that says what it is of, and five of base 36. */
const mark = (kind: MarkKind, text: string): string =>
  kind + (Bun.hash.xxHash32(text) % MARKS).toString(36).padStart(5, "0");

/** Keys of one millisecond. */
export const KEYS_EACH = 1_024;
/** The latest time that has exact keys. */
const LATEST = 2 ** 43 - 1;

/** The first key of a moment. */
export const firstKey = (timestamp: number): number =>
  Math.min(Math.max(0, Math.floor(timestamp)), LATEST) * KEYS_EACH;

/** Where a message stands among those of all rooms, by time. Two rarely have the same key. */
export const keyOf = (
  roomId: string,
  { timestamp, offset }: Pick<Message, "timestamp" | "offset">,
): number =>
  firstKey(timestamp) + (offset + Bun.hash.xxHash32(roomId)) % KEYS_EACH;

/** The marks of a message, each once. */
export function marksOf(roomId: string, message: Message): string[] {
  const marks = new Set([
    mark("r", roomId),
    mark("s", message.sender.id),
    ...hasOf(message).map((has) => mark("h", has)),
  ]);
  for (const token of tokensOf(textOf(message))) {
    const points = [...token];
    for (const length of lengthsOf(points)) {
      if (length > points.length) break;
      marks.add(mark("w", points.slice(0, length).join("")));
    }
  }
  return [...marks];
}

/** Where words are not told apart by spaces a token is one character or two. */
const lengthsOf = ([first = " "]: string[]): number[] =>
  kindOf(first) === "unspaced" ? [1, 2] : LENGTHS;

/** The mark that any message with such a token has; undefined for a word of one letter. */
function markOf({ token }: Lookup): { mark: string; length: number } | null {
  const points = [...token];
  const length = lengthsOf(points)
    .findLast((length) => length <= points.length);
  if (length === undefined) return null;
  return { mark: mark("w", points.slice(0, length).join("")), length };
}

/** What the engine is asked for, but the time. Empty: any message may be what is looked for. */
export function matchOf({ terms, from, has, rooms }: SearchQuery): string {
  const words = new Map(
    terms.flatMap(lookupsOf).map(markOf).filter((it) => it !== null)
      .map(({ mark, length }) => [mark, length]),
  );
  const longest = [...words].sort((a, b) => b[1] - a[1]).slice(0, MOST_WORDS);
  const parts = [
    ...longest.map(([mark]) => [mark]),
    ...has.map((one) => [mark("h", one)]),
  ];
  if (from && from.length <= MOST_OF) {
    parts.push(from.map((id) => mark("s", id)));
  }
  if (rooms.length <= MOST_OF) parts.push(rooms.map((id) => mark("r", id)));
  return parts.map((marks) => `@w:{${marks.join("|")}}`).join(" ");
}
