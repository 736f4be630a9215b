import { cardinalOf, type Grammar, type Parts } from "./grammar.ts";

const ONES = "zéro un deux trois quatre cinq six sept huit neuf".split(" ");
const TEENS =
  "dix onze douze treize quatorze quinze seize dix-sept dix-huit dix-neuf"
    .split(" ");
/** Also as they are said in Belgium and Switzerland. */
const TENS: Record<string, number> = {
  vingt: 20,
  trente: 30,
  quarante: 40,
  cinquante: 50,
  soixante: 60,
  septante: 70,
  huitante: 80,
  octante: 80,
  nonante: 90,
};

function below100(): Map<string, number> {
  const all = new Map<string, number>();
  ONES.forEach((word, n) => all.set(word, n));
  TEENS.forEach((word, n) => all.set(word, 10 + n));
  for (const [tens, base] of Object.entries(TENS)) {
    all.set(tens, base);
    ONES.slice(1).forEach((word, i) =>
      all.set(i === 0 ? `${tens} et ${word}` : `${tens} ${word}`, base + i + 1)
    );
  }
  TEENS.forEach((word, n) =>
    all.set(n === 1 ? `soixante et ${word}` : `soixante ${word}`, 70 + n)
  );
  for (const eighty of ["quatre vingt", "quatre vingts"]) {
    all.set(eighty, 80);
    [...ONES.slice(1), ...TEENS].forEach((word, i) =>
      all.set(`${eighty} ${word}`, 81 + i)
    );
  }
  return all;
}

function below1000(): Map<string, number> {
  const small = below100();
  const all = new Map(small);
  for (const cent of ["cent", "cents"]) {
    ONES.forEach((word, hundreds) => {
      if (hundreds === 0) return;
      const head = hundreds === 1 ? cent : `${word} ${cent}`;
      all.set(head, hundreds * 100);
      for (const [rest, n] of small) {
        if (n > 0) all.set(`${head} ${rest}`, hundreds * 100 + n);
      }
    });
  }
  // Recognisers write some with hyphens: they are compared without.
  return new Map([...all].map(([words, n]) => [words.replaceAll("-", " "), n]));
}

const PARTS: Parts = {
  small: below1000(),
  thousand: "mille",
  millions: ["million", "millions"],
};

export const FRENCH: Grammar = {
  locale: "fr-FR",
  points: ["virgule"],
  mark: ",",
  digit: (word) => ONES.indexOf(word),
  cardinal: (words) => cardinalOf(words, PARTS),
};
