import type { Word } from "../recognizers/recognizer.ts";
import { bare, ending } from "./bare.ts";

const ONES = "zero one two three four five six seven eight nine".split(" ");
const TEENS =
  "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
    .split(" ");
const TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split(" ");
/** What a year begins with: the others are as likely a time of the day. */
const CENTURIES = ["eighteen", "nineteen", "twenty"];
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
 * English numbers as digits: those of ten and above, years, decimals, and three or more digits in
 * a row. All else is left as it is; no word is ever changed into another.
 */
export function writeNumbers(words: Word[]): Word[] {
  const written: Word[] = [];
  for (let at = 0; at < words.length;) {
    const found = numberIn(words.slice(at, at + LONGEST));
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
function numberIn(words: Word[]): Found | null {
  // A number ends where a mark does: only its last word may have one.
  const stop = words.findIndex(({ word }) => ending(word) !== "");
  const said = words.slice(0, stop === -1 ? undefined : stop + 1)
    .map(({ word }) => bare(word));
  return digits(said) ?? year(said) ?? decimal(said) ?? whole(said);
}

function digits(words: string[]): Found | null {
  let length = 0;
  while (ONES.includes(words[length])) length++;
  if (length < DIGITS) return null;
  const written = words.slice(0, length).map((word) => ONES.indexOf(word));
  return { written: written.join(""), length };
}

function year(words: string[]): Found | null {
  if (!CENTURIES.includes(words[0])) return null;
  const rest = below100(words, 1);
  if (!rest || rest.value < 10) return null;
  const century = below100(words, 0);
  if (!century || century.length !== 1) return null;
  return {
    written: String(century.value * 100 + rest.value),
    length: 1 + rest.length,
  };
}

function decimal(words: string[]): Found | null {
  const before = cardinal(words);
  if (!before || words[before.length] !== "point") return null;
  let length = before.length + 1;
  let after = "";
  while (ONES.includes(words[length])) after += ONES.indexOf(words[length++]);
  return after === "" ? null : { written: `${before.value}.${after}`, length };
}

function whole(words: string[]): Found | null {
  const found = cardinal(words);
  if (!found || found.value < LEAST) return null;
  // From ten thousand on, digits are hard to count.
  const written = found.value < 10_000
    ? String(found.value)
    : found.value.toLocaleString("en-US");
  return { written, length: found.length };
}

interface Value {
  value: number;
  length: number;
}

function cardinal(words: string[]): Value | null {
  let value = 0;
  let at = 0;
  for (const [name, size] of [["million", 1e6], ["thousand", 1e3]] as const) {
    const part = below1000(words, at);
    if (part && part.value > 0 && words[at + part.length] === name) {
      value += part.value * size;
      at += part.length + 1;
    }
  }
  const and = at > 0 && words[at] === "and" ? 1 : 0;
  const rest = below1000(words, at + and);
  // “And” joins only what is smaller than a hundred: “a thousand and two hundred” are two.
  const joins = rest && (at === 0 || rest.value > 0) &&
    (and === 0 || rest.value < 100);
  if (joins) {
    return { value: value + rest.value, length: at + and + rest.length };
  }
  return at > 0 ? { value, length: at } : null;
}

function below1000(words: string[], at: number): Value | null {
  const hundreds = ONES.indexOf(words[at]);
  if (hundreds < 1 || words[at + 1] !== "hundred") return below100(words, at);
  const and = words[at + 2] === "and" ? 1 : 0;
  const rest = below100(words, at + 2 + and);
  if (!rest || rest.value === 0) return { value: hundreds * 100, length: 2 };
  return {
    value: hundreds * 100 + rest.value,
    length: 2 + and + rest.length,
  };
}

function below100(words: string[], at: number): Value | null {
  const teen = TEENS.indexOf(words[at]);
  if (teen >= 0) return { value: 10 + teen, length: 1 };
  const tens = TENS.indexOf(words[at]);
  const one = ONES.indexOf(words[tens >= 0 ? at + 1 : at]);
  if (tens < 0) return one < 0 ? null : { value: one, length: 1 };
  return one > 0
    ? { value: (tens + 2) * 10 + one, length: 2 }
    : { value: (tens + 2) * 10, length: 1 };
}
