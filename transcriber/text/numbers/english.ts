import type { Grammar, Value } from "./grammar.ts";

const ONES = "zero one two three four five six seven eight nine".split(" ");
const TEENS =
  "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
    .split(" ");
const TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split(" ");
/** What a year begins with; other numbers may as well be a time of the day. */
const CENTURIES = ["eighteen", "nineteen", "twenty"];

export const ENGLISH: Grammar = {
  locale: "en-US",
  points: ["point"],
  mark: ".",
  digit: (word) => ONES.indexOf(word),
  cardinal: (words) => year(words) ?? cardinal(words),
};

function year(words: string[]): Value | null {
  if (!CENTURIES.includes(words[0])) return null;
  const rest = below100(words, 1);
  if (!rest || rest.value < 10) return null;
  const century = below100(words, 0);
  if (!century || century.length !== 1) return null;
  return {
    value: century.value * 100 + rest.value,
    length: 1 + rest.length,
  };
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
  // Up to “nineteen hundred”, as years are said.
  const hundreds = [...ONES, ...TEENS].indexOf(words[at]);
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
