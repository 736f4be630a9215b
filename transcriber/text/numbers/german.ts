import type { Grammar, Value } from "./grammar.ts";

const ONES = "null eins zwei drei vier fünf sechs sieben acht neun".split(" ");
const TEENS =
  "zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn siebzehn achtzehn neunzehn"
    .split(" ");
const TENS = "zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig"
  .split(" ");
/** Words of the longest number, were each part a word of its own. */
const LONGEST = 24;

/** Every number below a hundred, as it is said; and in front of what is counted. */
const SMALL = new Map<string, number>();
[...ONES, ...TEENS].forEach((word, n) => SMALL.set(word, n));
TENS.forEach((tens, i) => {
  SMALL.set(tens, 20 + i * 10);
  ONES.slice(1).forEach((one, n) =>
    SMALL.set(`${one.replace(/^eins$/, "ein")}und${tens}`, 21 + i * 10 + n)
  );
});
SMALL.set("zwo", 2);
const COUNTING = new Map([...SMALL, ["ein", 1]]);

/**
 * German writes numbers as one word, and recognisers write them in as many as they like: they are
 * compared without spaces. Only whole words of what was said are a number.
 */
function cardinal(words: string[]): Value | null {
  const said = words.slice(0, LONGEST);
  for (let length = said.length; length > 0; length--) {
    const value = millions(said.slice(0, length));
    if (value === null) continue;
    // “Hundert” and “tausend” alone are many.
    const isAlone = length === 1 && /^(hundert|tausend)$/.test(said[0]);
    return isAlone ? null : { value, length };
  }
  return null;
}

function millions(words: string[]): number | null {
  const at = words.findIndex((word) => /^million(en)?$/.test(word));
  if (at < 0) return thousands(words.join(""));
  const count = at === 1 && words[0] === "eine"
    ? 1
    : hundreds(words.slice(0, at).join(""), COUNTING);
  const rest = words.length === at + 1
    ? 0
    : thousands(words.slice(at + 1).join(""));
  return !count || rest === null ? null : count * 1e6 + rest;
}

function thousands(text: string): number | null {
  const [head, rest, ...more] = text.split("tausend");
  if (rest === undefined) return hundreds(text, SMALL);
  if (more.length > 0) return null;
  const count = head === "" ? 1 : hundreds(head, COUNTING);
  const last = rest === "" ? 0 : hundreds(rest.replace(/^und/, ""), SMALL);
  return !count || last === null ? null : count * 1_000 + last;
}

function hundreds(text: string, small: Map<string, number>): number | null {
  const [head, rest, ...more] = text.split("hundert");
  if (rest === undefined) return small.get(text) ?? null;
  if (more.length > 0) return null;
  // Up to “neunzehnhundert”, as years are said.
  const count = head === "" ? 1 : COUNTING.get(head) ?? 0;
  const last = rest === "" ? 0 : small.get(rest.replace(/^und/, ""));
  return count < 1 || count > 19 || !last && last !== 0
    ? null
    : count * 100 + last;
}

export const GERMAN: Grammar = {
  locale: "de-DE",
  points: ["komma"],
  mark: ",",
  digit: (word) => ONES.indexOf(word === "zwo" ? "zwei" : word),
  cardinal,
};
