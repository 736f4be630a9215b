/**
 * The words of a search, and where they are in a text: what searching (realtime) and marking what
 * was found (web) share. All of it works on folded text, in time that grows with its length.
 */
import { fold, foldWithPlaces } from "./fold.ts";

/** A word, or a phrase of several. */
export interface Term {
  /** Folded. */
  text: string;
  /** It was quoted: it ends where a word ends. Without, a word may go on. */
  whole: boolean;
}

/** What a character is to a search: nothing, part of a word, or found wherever it stands. */
export type CharacterKind = "gap" | "word" | "unspaced";

const WORD = /[\p{L}\p{N}\p{M}]/u;
/** Scripts that are written without spaces, and signs such as emoji, which need none either. */
const UNSPACED =
  /[\p{Script_Extensions=Han}\p{Script_Extensions=Hiragana}\p{Script_Extensions=Katakana}\p{Script=Hangul}\p{Script=Bopomofo}\p{Script=Yi}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}\p{Script=Tibetan}]/u;
const SIGN = /(?=[^\0-\x7f])\p{S}/u;

function look(point: string): CharacterKind {
  if (SIGN.test(point)) return "unspaced";
  if (!WORD.test(point)) return "gap";
  return UNSPACED.test(point) ? "unspaced" : "word";
}

const known = new Map<string, CharacterKind>();
const KNOWN_LIMIT = 8_192;

/** What a code point is. Looked up once, and remembered. */
export function kindOf(point: string): CharacterKind {
  let kind = known.get(point);
  if (kind === undefined) {
    kind = look(point);
    if (known.size >= KNOWN_LIMIT) known.clear();
    known.set(point, kind);
  }
  return kind;
}

const FIRST = /^./su;
const LAST = /.$/su;
const kindAfter = (text: string, at: number): CharacterKind =>
  kindOf(String.fromCodePoint(text.codePointAt(at) ?? 32));

function kindBefore(text: string, at: number): CharacterKind {
  const [point = " "] = LAST.exec(text.slice(Math.max(0, at - 2), at)) ?? [];
  return kindOf(point);
}

/** A folded text taken apart at its quotation marks; within a word, as in צה"ל, one is a letter. */
function quotedParts(folded: string): string[] {
  const parts: string[] = [];
  let from = 0;
  for (
    let at = folded.indexOf('"');
    at >= 0;
    at = folded.indexOf('"', at + 1)
  ) {
    const isWithin = kindBefore(folded, at) === "word" &&
      kindAfter(folded, at + 1) === "word";
    if (isWithin) continue;
    parts.push(folded.slice(from, at));
    from = at + 1;
  }
  return [...parts, folded.slice(from)];
}

/**
 * The different words and quoted phrases of a search. Empty if it has none. A quotation mark
 * without another is none.
 */
export function termsOf(search: string): Term[] {
  const terms = new Map<string, Term>();
  const add = (text: string, whole: boolean) => {
    if (text !== "" && text !== '"') {
      terms.set(`${whole} ${text}`, { text, whole });
    }
  };
  const parts = quotedParts(fold(search));
  parts.forEach((part, i) => {
    const isQuoted = i % 2 === 1 && i < parts.length - 1;
    if (isQuoted) add(part.trim(), true);
    else for (const word of part.split(" ")) add(word, false);
  });
  return [...terms.values()];
}

/**
 * Where a term stands in a folded text: where one of its words begins or, in scripts without
 * spaces and for what is no letter, anywhere.
 */
function* standings(folded: string, { text, whole }: Term): Generator<number> {
  const [first = " "] = FIRST.exec(text) ?? [],
    [last = " "] = LAST.exec(text) ?? [];
  const begins = kindOf(first) === "word";
  const ends = whole && kindOf(last) === "word";
  for (
    let at = folded.indexOf(text);
    at >= 0;
    at = folded.indexOf(text, at + 1)
  ) {
    if (begins && kindBefore(folded, at) === "word") continue;
    if (ends && kindAfter(folded, at + text.length) === "word") continue;
    yield at;
  }
}

/** Whether a text, once folded, has all the terms, in whatever order. */
export const hasTerms = (folded: string, terms: Term[]): boolean =>
  terms.every((term) => !standings(folded, term).next().done);

/** How many of the terms are words of a folded text, and not only the beginnings of some. */
export const wholeTermsIn = (folded: string, terms: Term[]): number =>
  terms.filter((term) => hasTerms(folded, [{ ...term, whole: true }])).length;

/**
 * Where the terms are in a text: ranges of its UTF-16 code units, in order, none touching
 * another.
 */
export function placesOf(text: string, terms: Term[]): [number, number][] {
  const folded = foldWithPlaces(text);
  const found: [number, number][] = [];
  for (const term of terms) {
    for (const at of standings(folded.text, term)) {
      const last = at + term.text.length - 1;
      found.push([folded.from[at]!, folded.to[last]!]);
    }
  }
  found.sort(([a], [b]) => a - b);
  const places: [number, number][] = [];
  for (const [from, to] of found) {
    const before = places.at(-1);
    if (before && from <= before[1]) before[1] = Math.max(before[1], to);
    else places.push([from, to]);
  }
  return places;
}
