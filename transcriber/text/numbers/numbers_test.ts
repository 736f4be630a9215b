import { assertEquals } from "@std/assert";
import { textOf, wordsOf } from "../../testing/words.ts";
import { writeNumbers } from "./numbers.ts";

const numbers = (text: string, language = "en-US") =>
  textOf(writeNumbers(wordsOf(text), language));

Deno.test("numbers of ten and above are digits, and what is no number stays", () => {
  const cases = [
    ["twenty five people", "25 people"],
    ["this one is for two", "this one is for two"],
    ["ten of clubs", "10 of clubs"],
    ["one hundred and five", "105"],
    ["in nineteen hundred", "in 1900"],
    ["twelve hundred and five people", "1205 people"],
    ["a hundred times", "a hundred times"],
    ["in nineteen ninety nine", "in 1999"],
    ["twenty twenty four", "2024"],
    ["call five five five one two", "call 55512"],
    ["three point one four", "3.14"],
    ["the point is one", "the point is one"],
    ["two and twenty", "two and 20"],
    ["Forty two.", "42."],
    ["twenty, thirty.", "20, 30."],
    ["sixty thousand", "60,000"],
    ["two thousand and twenty six", "2026"],
    ["eleven thirty", "11 30"],
    ["hundred thousand point", "hundred thousand point"],
    ["seven hundred and", "700 and"],
  ];
  for (const [said, expected] of cases) assertEquals(numbers(said), expected);
  const [, joined] = writeNumbers(wordsOf("in twenty five days"), "en");
  assertEquals(joined, { word: "25", start: 1, end: 3, confidence: 0.98 });
});

const ONES = "zero one two three four five six seven eight nine".split(" ");
const TEENS =
  "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
    .split(" ");
const TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split(" ");

/** A number in words, as in British and as in American English. */
function spell(n: number, and: string): string {
  const parts: string[] = [];
  for (const [name, size] of [["million", 1e6], ["thousand", 1e3]] as const) {
    if (n < size) continue;
    parts.push(`${spell(Math.floor(n / size), and)} ${name}`);
    n %= size;
  }
  if (n >= 100) parts.push(`${ONES[Math.floor(n / 100)]} hundred`);
  const rest = n % 100;
  if (rest > 0) {
    const small = rest < 10
      ? ONES[rest]
      : rest < 20
      ? TEENS[rest - 10]
      : TENS[Math.floor(rest / 10) - 2] +
        (rest % 10 ? ` ${ONES[rest % 10]}` : "");
    parts.push(parts.length > 0 ? and + small : small);
  }
  return parts.join(" ");
}

Deno.test("every number from ten to a thousand, and many beyond, is the one that was said", () => {
  const some = Array.from({ length: 990 }, (_, i) => i + 10);
  for (let n = 1_000; n < 9e8; n = Math.floor(n * 1.37) + 1) some.push(n);
  for (const n of some) {
    for (const and of ["", "and "]) {
      const said = spell(n, and);
      assertEquals(numbers(said).replaceAll(",", ""), String(n), said);
    }
  }
});

Deno.test("whatever is said, words that are no numbers stay, in their order", () => {
  const all = [
    ...ONES,
    ...TEENS,
    ...TENS,
    ..."hundred thousand and point the cat".split(" "),
  ];
  const NUMBERS = new Set(all.slice(0, -2));
  let seed = 3;
  const pick = () => all[(seed = seed * 48_271 % 2_147_483_647) % all.length];
  for (let i = 0; i < 2_000; i++) {
    const said = Array.from({ length: 8 }, pick);
    const others = (words: string[]) =>
      words.filter((word) => !NUMBERS.has(word) && !/^[\d.,]+$/.test(word));
    assertEquals(others(numbers(said.join(" ")).split(" ")), others(said));
  }
});

Deno.test("numbers of German, French and Spanish are digits, and what is no number stays", () => {
  const cases: Record<string, [string, string][]> = {
    "de-DE": [
      ["einundzwanzig Leute", "21 Leute"],
      ["ein und zwanzig Leute", "21 Leute"],
      ["zweitausendvierundzwanzig", "2024"],
      ["zwei tausend vier und zwanzig", "2024"],
      ["neunzehnhundertneunundneunzig", "1999"],
      ["eine Million dreihundert", "1.000.300"],
      ["hunderteins", "101"],
      ["drei Komma eins vier", "3,14"],
      ["fünf fünf eins zwo", "5512"],
      ["vier fünf sechs", "456"],
      ["ein Haus und eine Katze", "ein Haus und eine Katze"],
      ["tausend Dank und hundert Grüße", "tausend Dank und hundert Grüße"],
      ["tausendundeine Nacht", "tausendundeine Nacht"],
      ["acht und neun", "acht und neun"],
      ["zehn Uhr dreißig", "10 Uhr 30"],
    ],
    "fr-FR": [
      ["vingt et un", "21"],
      ["vingt-et-un", "21"],
      ["quatre-vingt-dix-neuf personnes", "99 personnes"],
      ["quatre vingt dix neuf", "99"],
      ["soixante et onze", "71"],
      ["nonante-neuf", "99"],
      ["deux mille vingt-quatre", "2024"],
      ["mille neuf cent quatre-vingt-dix", "1990"],
      ["un million deux cents", "1\u202f000\u202f200"],
      ["trois virgule un quatre", "3,14"],
      ["dix pour cent", "10 pour cent"],
      ["mille mercis", "mille mercis"],
      ["un pain neuf", "un pain neuf"],
      ["peut-être vingt", "peut-être 20"],
    ],
    "es-ES": [
      ["treinta y cinco", "35"],
      ["veintiún días", "21 días"],
      ["doscientas personas", "200 personas"],
      ["mil novecientos noventa y nueve", "1999"],
      ["dos mil veinticuatro", "2024"],
      ["un millón cien", "1.000.100"],
      ["tres coma uno cuatro", "3,14"],
      ["diez por ciento", "10 por ciento"],
      ["mil gracias", "mil gracias"],
      ["uno y otro", "uno y otro"],
    ],
    "nl-NL": [["twintig mensen", "twintig mensen"]],
  };
  for (const [language, all] of Object.entries(cases)) {
    for (const [said, expected] of all) {
      assertEquals(numbers(said, language), expected, said);
    }
  }
});

/** Numbers below a thousand in words, and how thousands are said. */
const SPELLERS: Record<string, (n: number) => string> = {
  de(n) {
    const ones =
      "null eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn siebzehn achtzehn neunzehn"
        .split(" ");
    const tens =
      "zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig".split(
        " ",
      );
    const count = (m: number) => this.de(m).replace(/eins$/, "ein");
    if (n < 20) return ones[n];
    if (n < 100) {
      const t = tens[Math.floor(n / 10) - 2];
      return n % 10 ? `${count(n % 10)}und${t}` : t;
    }
    const [size, name] = n < 1_000 ? [100, "hundert"] : [1_000, "tausend"];
    const rest = n % size ? this.de(n % size) : "";
    return count(Math.floor(n / size)) + name + rest;
  },
  fr(n) {
    const ones =
      "zéro un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize dix-sept dix-huit dix-neuf"
        .split(" ");
    const tens = "vingt trente quarante cinquante soixante".split(" ");
    if (n < 20) return ones[n];
    if (n < 60 || n < 80) {
      const base = n < 60 ? n - n % 10 : 60;
      const t = tens[base / 10 - 2];
      if (n === base) return t;
      return n % 10 === 1
        ? `${t} et ${this.fr(n - base)}`
        : `${t}-${this.fr(n - base)}`;
    }
    if (n < 100) {
      return n === 80 ? "quatre-vingts" : `quatre-vingt-${this.fr(n - 80)}`;
    }
    const [size, name] = n < 1_000 ? [100, "cent"] : [1_000, "mille"];
    const head = Math.floor(n / size);
    const rest = n % size ? ` ${this.fr(n % size)}` : "";
    return (head === 1 ? name : `${this.fr(head)} ${name}`) + rest;
  },
  es(n) {
    const ones =
      "cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis diecisiete dieciocho diecinueve veinte veintiuno veintidós veintitrés veinticuatro veinticinco veintiséis veintisiete veintiocho veintinueve"
        .split(" ");
    const tens = "treinta cuarenta cincuenta sesenta setenta ochenta noventa"
      .split(" ");
    const hundreds =
      "ciento doscientos trescientos cuatrocientos quinientos seiscientos setecientos ochocientos novecientos"
        .split(" ");
    if (n < 30) return ones[n];
    if (n < 100) {
      const t = tens[Math.floor(n / 10) - 3];
      return n % 10 ? `${t} y ${ones[n % 10]}` : t;
    }
    if (n < 1_000) {
      if (n === 100) return "cien";
      const h = hundreds[Math.floor(n / 100) - 1];
      return n % 100 ? `${h} ${this.es(n % 100)}` : h;
    }
    const head = Math.floor(n / 1_000);
    const rest = n % 1_000 ? ` ${this.es(n % 1_000)}` : "";
    return (head === 1 ? "mil" : `${this.es(head)} mil`) + rest;
  },
};

Deno.test("every number from ten to ten thousand, and some beyond, is the one that was said, in each language", () => {
  const some = Array.from({ length: 9_990 }, (_, i) => i + 10);
  for (let n = 10_000; n < 1e6; n = Math.floor(n * 1.37) + 1) some.push(n);
  for (const [language, speller] of Object.entries(SPELLERS)) {
    for (const n of some) {
      const said = speller.call(SPELLERS, n);
      // Alone they mean many.
      if (
        /^(cien|ciento|cent|mil|mille|(ein)?hundert|(ein)?tausend)$/.test(said)
      ) continue;
      assertEquals(numbers(said, language).replace(/\D/g, ""), String(n), said);
    }
  }
});
