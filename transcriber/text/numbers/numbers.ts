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
  for (let at = 0; at < words.length;) {
    const found = numberIn(words.slice(at, at + LONGEST), grammar);
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

/** The number these words begin with. */
function numberIn(words: Word[], grammar: Grammar): Found | null {
  // A number ends where a mark does: only its last word may have one.
  const stop = words.findIndex(({ word }) => ending(word) !== "");
  const whole = words.slice(0, stop === -1 ? undefined : stop + 1);
  // A word with hyphens is several, and all of them are the number's or none.
  const said = whole.map(({ word }) => bare(word).split("-"));
  const spoken = said.flat();
  const found = digits(spoken, grammar) ?? decimal(spoken, grammar) ??
    cardinal(spoken, grammar);
  if (!found) return null;
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
  let length = point + 1;
  let after = "";
  while (length < words.length && grammar.digit(words[length]) >= 0) {
    after += grammar.digit(words[length++]);
  }
  if (after === "") return null;
  return { written: `${before.value}${grammar.mark}${after}`, length };
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
