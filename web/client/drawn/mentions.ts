/** Whom a text mentions: `@` and what somebody is called. Browsers and the server look alike. */
import {
  EVERYONE,
  type LIMITS,
  type Mention,
} from "../../../realtime/protocol.ts";
import { fold, foldWithPlaces } from "../../../realtime/text/fold.ts";

// The protocol's own, by type: importing the table would ship all of it with the room.
const MOST: typeof LIMITS.mentions = 50;

/** What stands for everyone, after the `@`. */
export const ROOM = "room";

/** As `realtime/text/markup.ts` sets it apart: what is code calls nobody. */
const CODE = /```(?!\s*```)[^]+?```|`[^`\n]+`/g;
const WORD = /[\p{L}\p{N}]/u;
/** Scripts that put no space between words. */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;

/** Whether a name may end before this, rather than go on as another word. */
export const endsBefore = (rest: string): boolean => {
  const next = String.fromCodePoint(rest.codePointAt(0) ?? 32);
  return !WORD.test(next) || UNSPACED.test(next);
};

/** By what is written after an `@`, folded: the id of whom it means; null where it may be several. */
function idsByName(people: Iterable<readonly [string, string]>) {
  const ids = new Map<string, string | null>([[fold(ROOM), EVERYONE]]);
  const firsts = new Map<string, string | null>();
  const told: [name: string, id: string][] = [];
  for (const [id, shown] of people) {
    const name = fold(shown.replace(/ \(\d+\)$/, ""));
    told.push([fold(shown), id]);
    // Without its number a name that several have means none of them.
    if (firsts.has(name)) {
      const first = firsts.get(name);
      if (first) told.push([`${name} (1)`, first]);
      firsts.set(name, null);
    } else firsts.set(name, id);
  }
  for (const [name, id] of told) if (!ids.has(name)) ids.set(name, id);
  for (const [name, id] of firsts) {
    if (name !== fold(ROOM)) ids.set(name, id);
  }
  return ids;
}

/**
 * Whom a text mentions; undefined if nobody. The longest name wins. Names are compared as search
 * compares words, and one that several people have means nobody, unless it has the number that tells
 * it apart; the first of them has the number 1. Takes time in proportion to the text and the names.
 *
 * @param people their ids, and what they are called, told apart.
 * @param before whom the text mentioned before it was edited: they may have been called otherwise.
 */
export function mentionsIn(
  content: string,
  people: Iterable<readonly [string, string]>,
  before: Mention[] = [],
): Mention[] | undefined {
  if (!content.includes("@")) return undefined;
  const text = content.replace(CODE, (code) => " ".repeat(code.length));
  const { text: folded, from, to } = foldWithPlaces(text);
  const ids = idsByName(people);
  for (const { id, name } of before) ids.set(fold(name), id);
  ids.delete("");
  const lengths = [...new Set([...ids.keys()].map((name) => name.length))]
    .sort((a, b) => b - a);
  const found = new Map<string, Mention>();
  let at = folded.indexOf("@");
  while (at >= 0 && found.size < MOST) {
    const start = at + 1;
    at = folded.indexOf("@", start);
    if (start > 1 && WORD.test(folded[start - 2])) continue;
    for (const length of lengths) {
      const end = start + length;
      const id = ids.get(folded.slice(start, end));
      if (id === undefined || !endsBefore(folded.slice(end, end + 2))) continue;
      const name = content.slice(from[start], to[end - 1]);
      if (id !== null && !found.has(name)) found.set(name, { id, name });
      break;
    }
  }
  return found.size > 0 ? [...found.values()] : undefined;
}

/** A text, and between its parts the mentions in it. */
export function piecesOf(
  text: string,
  mentions: Mention[],
): (string | Mention)[] {
  const longest = mentions.toSorted((a, b) => b.name.length - a.name.length);
  const pieces: (string | Mention)[] = [];
  let done = 0;
  for (let at = text.indexOf("@"); at >= 0; at = text.indexOf("@", at + 1)) {
    const one = longest.find(({ name }) =>
      text.startsWith(name, at + 1) &&
      endsBefore(text.slice(at + 1 + name.length, at + 3 + name.length))
    );
    if (!one) continue;
    pieces.push(text.slice(done, at), one);
    done = at + 1 + one.name.length;
  }
  return [...pieces, text.slice(done)];
}

/** Whether a message mentions a person, or everyone. */
export const isMentioned = (
  { mentions = [] }: { mentions?: Mention[] },
  me: string,
): boolean => mentions.some(({ id }) => id === me || id === EVERYONE);
