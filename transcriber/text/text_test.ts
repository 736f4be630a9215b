import { assert, assertEquals } from "@std/assert";
import type { Update, Word } from "../recognizers/recognizer.ts";
import { OneWord } from "../testing/recognizers.ts";
import { Scripted } from "../testing/scripted-engine.ts";
import { joinPcm, pcmOf, speak } from "../testing/speech.ts";
import { writeMarks } from "./marks.ts";
import { writeNumbers } from "./numbers/numbers.ts";
import { writeSentence } from "./sentences.ts";
import { written } from "./written.ts";

const wordsOf = (text: string): Word[] =>
  text.split(" ").map((word, i) => ({
    word,
    start: i,
    end: i + 1,
    confidence: 1 - i / 100,
  }));
const textOf = (words: Word[]) => words.map(({ word }) => word).join(" ");
const numbers = (text: string, language = "en-US") =>
  textOf(writeNumbers(wordsOf(text), language));
const marks = (text: string, language = "en-US") =>
  textOf(writeMarks(wordsOf(text), language));

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

Deno.test("a comma between a number and its decimals is no mark, also for whoever speaks marks", async () => {
  const cases: Record<string, [said: string, plain: string, spoken: string][]> =
    {
      "de-DE": [
        ["drei Komma fünf Prozent", "3,5 Prozent", "3,5 Prozent"],
        ["null Komma null fünf", "0,05", "0,05"],
        ["zwei Komma fünfundzwanzig", "2,25", "2,25"],
        ["hundert zwei Komma fünf und zwanzig", "102,25", "102,25"],
        [
          "eins Komma zwei Komma drei",
          "eins Komma zwei Komma drei",
          "eins, zwei, drei",
        ],
        [
          "zehn Komma zwanzig Komma dreißig Leute",
          "10 Komma 20 Komma 30 Leute",
          "10, 20, 30 Leute",
        ],
        ["um drei Komma dann", "um drei Komma dann", "um drei, dann"],
        ["ja Komma drei", "ja Komma drei", "ja, drei"],
        [
          "vier fünf sechs Komma sieben",
          "456 Komma sieben",
          "456, sieben",
        ],
      ],
      "fr-FR": [
        ["trois virgule cinq", "3,5", "3,5"],
        ["trois virgule vingt-cinq euros", "3,25 euros", "3,25 euros"],
        ["un virgule quatre vingt dix", "1,90", "1,90"],
        ["à trois virgule oui", "à trois virgule oui", "à trois, oui"],
        [
          "dix virgule vingt virgule trente",
          "10 virgule 20 virgule 30",
          "10, 20, 30",
        ],
      ],
      "es-ES": [
        ["tres coma cinco", "3,5", "3,5"],
        ["dos coma treinta y cinco euros", "2,35 euros", "2,35 euros"],
        ["a las tres coma bien", "a las tres coma bien", "a las tres, bien"],
        ["uno coma dos coma tres", "uno coma dos coma tres", "uno, dos, tres"],
      ],
      "en-US": [
        ["three point five percent", "3.5 percent", "3.5 percent"],
        ["twenty comma thirty", "20 comma 30", "20, 30"],
      ],
    };
  const engine = new OneWord();
  for (const [language, all] of Object.entries(cases)) {
    engine.supports = () => true;
    for (const [said, plain, marked] of all) {
      engine.transcribe = () =>
        Promise.resolve({ text: said, words: wordsOf(said), duration: 9 });
      const ask = (spoken: boolean) =>
        written(engine).transcribe(new Int16Array(), {
          language,
          signal: new AbortController().signal,
          spoken,
        });
      assertEquals((await ask(false)).text.replace(/\.$/, ""), plain, said);
      assertEquals((await ask(true)).text, marked, said);
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

Deno.test("marks stand for their names, in each language that has some", () => {
  const cases = [
    ["hello comma how are you question mark", "hello, how are you?"],
    ["yes full stop no", "yes. No"],
    ["one new line two", "one\n Two"],
    ["one comma new paragraph two", "one,\n\n Two"],
    ["Hello, comma, you. Full stop.", "Hello, you."],
    ["comma comes first", "comma comes first"],
    ["the new house", "the new house"],
  ];
  for (const [said, expected] of cases) assertEquals(marks(said), expected);
  assertEquals(marks("ja komma gut fragezeichen", "de-DE"), "ja, gut?");
  assertEquals(marks("oui point d'interrogation", "fr-FR"), "oui?");
  assertEquals(marks("hello comma you", "ja"), "hello comma you");
});

Deno.test("what is said between two pauses ends as a sentence does, and no word is another", () => {
  const cases: Record<string, [string, string][]> = {
    en: [
      ["Hello how are you doing", "Hello how are you doing."],
      ["How are you doing today", "How are you doing today?"],
      ["Could you send me that", "Could you send me that?"],
      ["What a day it was", "What a day it was."],
      ["When I come home I sleep", "When I come home I sleep."],
      ["How much is the bread", "How much is the bread?"],
      ["Oh my goodness", "Oh my goodness"],
      ["It is already said so!", "It is already said so!"],
    ],
    "de-AT": [
      ["Kannst du mir das schicken", "Kannst du mir das schicken?"],
      ["Wo ist das Brot heute", "Wo ist das Brot heute?"],
      ["Was ich noch sagen wollte", "Was ich noch sagen wollte."],
    ],
    fr: [
      ["Est-ce que tu viens demain", "Est-ce que tu viens demain?"],
      ["Je viens demain à midi", "Je viens demain à midi."],
    ],
    es: [
      ["Dónde está el pan hoy", "¿Dónde está el pan hoy?"],
      ["Que tengas un buen día", "Que tengas un buen día."],
    ],
    ja: [["a b c d e", "a b c d e"]],
  };
  for (const [language, all] of Object.entries(cases)) {
    for (const [said, expected] of all) {
      const words = wordsOf(said);
      assertEquals(textOf(writeSentence(words, language)), expected);
      assertEquals(textOf(words), said, "what was given stays");
    }
  }
});

Deno.test("each stretch of a recording is a sentence of its own", async () => {
  const word = (word: string, start: number) => ({
    word,
    start,
    end: start + 0.2,
    confidence: 1,
  });
  const raw = "how are you today i am fine I think so too".split(" ");
  const times = [0, 0.2, 0.4, 0.6, 1.5, 1.7, 1.9, 3, 3.2, 3.4, 3.6];
  const engine = new OneWord();
  engine.transcribe = () =>
    Promise.resolve({
      text: "How are you today I am fine I think so too",
      words: raw.map((it, i) => word(it, times[i])),
      duration: 4,
    });
  const { signal } = new AbortController();
  const ask = (spoken: boolean) =>
    written(engine).transcribe(new Int16Array(), {
      language: "en",
      signal,
      spoken,
    });
  const { text, words } = await ask(false);
  assertEquals(text, "How are you today? I am fine I think so too.");
  // Words are the engine's own, but for what was put behind them.
  assertEquals(
    words.map(({ word }) => word).join(" "),
    "how are you today? i am fine I think so too.",
  );
  assertEquals(words.map(({ start }) => start), times);
  assertEquals(
    (await ask(true)).text,
    "How are you today I am fine I think so too",
  );
});

Deno.test("an engine's text is written so, whole and live, marks only where that was asked for", async () => {
  const sentence = "twenty five people comma new line thank you";
  const engine = written(await Scripted.hearing(sentence));
  const pcm = joinPcm(0.3, pcmOf(await speak(sentence)), 0.6);
  const { signal } = new AbortController();
  const options = { language: "en-US", signal };
  const plain = await engine.transcribe(pcm, options);
  assertEquals(plain.text, "25 people comma new line thank you.");
  assertEquals(plain.words.length, 7);
  const marked = await engine.transcribe(pcm, { ...options, spoken: true });
  assertEquals(marked.text, "25 people,\nThank you");
  const finals: Update[] = [];
  const stream = await engine.start({
    ...options,
    onUpdate: (update) => update.type === "final" && finals.push(update),
  });
  await stream.feed(pcm);
  await stream.finish();
  await stream.close();
  assertEquals(finals.map(({ text }) => text), [plain.text]);
  assert(plain.words.every(({ start, end }) => start < end));
});
