import type { Word } from "../../recognizers/recognizer.ts";
import { bare, ending } from "../bare.ts";
import { ENGLISH } from "./english.ts";
import { FRENCH } from "./french.ts";
import { GERMAN } from "./german.ts";
import type { Grammar } from "./grammar.ts";
import { SPANISH } from "./spanish.ts";

const GRAMMARS: Record<string, Grammar> = {
  en: ENGLISH,
  de: GERMAN,
  fr: FRENCH,
  es: SPANISH,
};

/** Numbers below this stay words, as in “this one”. */
const LEAST = 10;
/** Digits of which so many in a row are a number of a telephone or a door. */
const DIGITS = 3;
/** Words of the longest number: it is looked for at every word. */
const LONGEST = 64;

/** Characters of the longest word that is a number: German writes up to a million in one. */
const LONGEST_WORD = 100;

/** What a number is written as, and how many words it is. */
interface Found {
  written: string;
  length: number;
}

/**
 * Numbers as digits: those of ten and above, years, decimals, and three or more digits in a row. All
 * else is left as it is; no word is ever changed into another.
 * @param language a BCP 47 tag; where its numbers are not known, nothing changes
 */
export function writeNumbers(words: Word[], language: string): Word[] {
  const grammar = GRAMMARS[language.split("-")[0].toLowerCase()];
  if (!grammar) return words;
  const written: Word[] = [];
  /** Where an enumeration ends, whose commas are marks. */
  let listed = 0;
  for (let at = 0; at < words.length;) {
    const next = words.slice(at, at + LONGEST);
    if (at >= listed) listed = at + enumerated(next, grammar);
    const found = numberIn(next, grammar, at < listed);
    if (!found) {
      written.push(words[at++]);
      continue;
    }
    const parts = words.slice(at, at + found.length);
    const last = parts[parts.length - 1];
    written.push({
      word: found.written + ending(last.word),
      start: parts[0].start,
      end: last.end,
      confidence: Math.min(...parts.map(({ confidence }) => confidence)),
    });
    at += found.length;
  }
  return written;
}

/** Up to the first mark, for a number ends there; a word with hyphens is several. */
function saidIn(words: Word[]): string[][] {
  const stop = words.findIndex(({ word }) => ending(word) !== "");
  const whole = words.slice(0, stop === -1 ? undefined : stop + 1);
  return whole.map(({ word }) =>
    word.length > LONGEST_WORD ? [word] : bare(word).split("-")
  );
}

/** The number these words begin with, which has no decimals within an enumeration. */
function numberIn(
  words: Word[],
  grammar: Grammar,
  listed: boolean,
): Found | null {
  const said = saidIn(words);
  const spoken = said.flat();
  const found = digits(spoken, grammar) ??
    (listed ? null : decimal(spoken, grammar)) ?? cardinal(spoken, grammar);
  if (!found) return null;
  // All of a word with hyphens is the number's, or none.
  let length = 0;
  for (let left = found.length; left > 0; length++) {
    left -= said[length].length;
    if (left < 0) return null;
  }
  return { ...found, length };
}

function digits(words: string[], { digit }: Grammar): Found | null {
  let length = 0;
  while (length < words.length && digit(words[length]) >= 0) length++;
  if (length < DIGITS) return null;
  return { written: words.slice(0, length).map(digit).join(""), length };
}

function decimal(words: string[], grammar: Grammar): Found | null {
  const before = grammar.cardinal(words);
  const point = before?.length ?? 0;
  if (!before || !grammar.points.includes(words[point])) return null;
  const after = decimals(words.slice(point + 1), grammar);
  if (!after) return null;
  return {
    written: `${before.value}${grammar.mark}${after.written}`,
    length: point + 1 + after.length,
  };
}

/** Digits one by one, or, where a comma stands for them, as one number: “trois virgule vingt-cinq”. */
function decimals(words: string[], grammar: Grammar): Found | null {
  let length = 0;
  while (length < words.length && grammar.digit(words[length]) >= 0) length++;
  const whole = grammar.mark === "," ? grammar.cardinal(words) : null;
  if (whole && whole.length > length && whole.value >= LEAST) {
    return { written: String(whole.value), length: whole.length };
  }
  if (length === 0) return null;
  return {
    written: words.slice(0, length).map(grammar.digit).join(""),
    length,
  };
}

/**
 * How many of these words are an enumeration, three numbers or more with the name of the mark between
 * each two: “eins Komma zwei Komma drei”.
 */
function enumerated(words: Word[], grammar: Grammar): number {
  const said = saidIn(words).flat();
  let numbers = 0;
  let at = 0;
  for (;;) {
    const number = grammar.cardinal(said.slice(at));
    if (!number) break;
    numbers++;
    at += number.length;
    if (!grammar.points.includes(said[at])) break;
    at++;
  }
  return numbers > 2 ? at : 0;
}

function cardinal(words: string[], grammar: Grammar): Found | null {
  const found = grammar.cardinal(words);
  if (!found || found.value < LEAST) return null;
  // From ten thousand on, digits are hard to count.
  const written = found.value < 10_000
    ? String(found.value)
    : found.value.toLocaleString(grammar.locale);
  return { written, length: found.length };
}
