import { assert, assertEquals } from "@std/assert";
import type { Update, Word } from "../recognizers/recognizer.ts";
import { Scripted } from "../testing/scripted-engine.ts";
import { joinPcm, pcmOf, speak } from "../testing/speech.ts";
import { writeMarks } from "./marks.ts";
import { writeNumbers } from "./numbers.ts";
import { written } from "./written.ts";

const wordsOf = (text: string): Word[] =>
  text.split(" ").map((word, i) => ({
    word,
    start: i,
    end: i + 1,
    confidence: 1 - i / 100,
  }));
const textOf = (words: Word[]) => words.map(({ word }) => word).join(" ");
const numbers = (text: string) => textOf(writeNumbers(wordsOf(text)));
const marks = (text: string, language = "en-US") =>
  textOf(writeMarks(wordsOf(text), language));

Deno.test("numbers of ten and above are digits, and what is no number stays", () => {
  const cases = [
    ["twenty five people", "25 people"],
    ["this one is for two", "this one is for two"],
    ["ten of clubs", "10 of clubs"],
    ["one hundred and five", "105"],
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
  const [, joined] = writeNumbers(wordsOf("in twenty five days"));
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

Deno.test("an engine's text is written so, whole and live, marks only where that was asked for", async () => {
  const sentence = "twenty five people comma new line thank you";
  const engine = written(await Scripted.hearing(sentence));
  const pcm = joinPcm(0.3, pcmOf(await speak(sentence)), 0.6);
  const { signal } = new AbortController();
  const options = { language: "en-US", signal };
  const plain = await engine.transcribe(pcm, options);
  assertEquals(plain.text, "25 people comma new line thank you");
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
