import { cardinalOf, type Grammar, type Parts } from "./grammar.ts";

const ONES = "cero uno dos tres cuatro cinco seis siete ocho nueve".split(" ");
const TEENS =
  "diez once doce trece catorce quince dieciséis diecisiete dieciocho diecinueve"
    .split(" ");
const TWENTIES =
  "veinte veintiuno veintidós veintitrés veinticuatro veinticinco veintiséis veintisiete veintiocho veintinueve"
    .split(" ");
const TENS = "treinta cuarenta cincuenta sesenta setenta ochenta noventa"
  .split(" ");
const HUNDREDS =
  "ciento doscientos trescientos cuatrocientos quinientos seiscientos setecientos ochocientos novecientos"
    .split(" ");

/** One has three forms, by what is counted. */
const forms = (word: string): string[] =>
  /uno$/.test(word)
    ? [
      word,
      word.replace(/o$/, "a"),
      word.replace(/^uno$/, "un").replace(/iuno$/, "iún"),
      word.replace(/uno$/, "un"),
    ]
    : [word];

function below1000(): Map<string, number> {
  const small = new Map<string, number>();
  const add = (words: string, n: number) =>
    forms(words).forEach((form) => small.set(form, n));
  [...ONES, ...TEENS, ...TWENTIES].forEach(add);
  TENS.forEach((tens, i) => {
    small.set(tens, 30 + i * 10);
    ONES.slice(1).forEach((one, n) => add(`${tens} y ${one}`, 31 + i * 10 + n));
  });
  const all = new Map(small).set("cien", 100);
  HUNDREDS.forEach((masculine, i) => {
    const hundreds = (i + 1) * 100;
    for (const head of [masculine, masculine.replace(/os$/, "as")]) {
      all.set(head, hundreds);
      for (const [rest, n] of small) {
        if (n > 0) all.set(`${head} ${rest}`, hundreds + n);
      }
    }
  });
  return all;
}

const PARTS: Parts = {
  small: below1000(),
  thousand: "mil",
  millions: ["millón", "millones"],
};

export const SPANISH: Grammar = {
  locale: "es-ES",
  points: ["coma", "punto"],
  mark: ",",
  digit: (word) => ONES.indexOf(word),
  cardinal: (words) => cardinalOf(words, PARTS),
};
