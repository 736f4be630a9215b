import { assertEquals } from "@std/assert";
import { cleanWord, isUnderstood, sentence } from "./words.ts";

Deno.test("marks of the engine are taken from words, and what is no word is dropped", () => {
  const cases: [string, string | null][] = [
    ["hello", "hello"],
    ["hello(2)", "hello"],
    ["are(13)", "are"],
    ["i", "I"],
    ["i'm", "I'm"],
    ["i(2)", "I"],
    ["it", "it"],
    ["o'clock", "o'clock"],
    ["<s>", null],
    ["<sil>", null],
    ["</s>", null],
    ["[NOISE]", null],
    ["++UH++", null],
    ["", null],
  ];
  for (const [raw, expected] of cases) assertEquals(cleanWord(raw), expected);
});

Deno.test("what the engine doubts on the whole is no words; one sure word among doubtful is", () => {
  const heard = (...sureness: number[]) =>
    isUnderstood(sureness.map((confidence, i) => (
      { word: "the", start: i, end: i + 1, confidence }
    )));
  assertEquals(heard(0.001), false);
  assertEquals(heard(0.23, 0.4, 0.09), false);
  assertEquals(heard(0.9, 0.002, 0.01), true);
  assertEquals(heard(0.35), true);
});

Deno.test("a word that lasts for seconds is noise, however sure the engine is of it", () => {
  const one = (seconds: number) =>
    isUnderstood([{
      word: "up",
      start: 1,
      end: 1 + seconds,
      confidence: 0.98,
    }]);
  assertEquals([one(0.9), one(4.8)], [true, false]);
});

Deno.test("many words of which few differ are noise, unless the engine is quite sure", () => {
  const heard = (text: string, confidence: number) =>
    isUnderstood(
      text.split(" ").map((word, i) => (
        { word, start: i / 3, end: (i + 1) / 3, confidence }
      )),
    );
  assertEquals(heard("oh you know you know and who who who who", 0.38), false);
  assertEquals(heard("left right left right left right", 0.69), true);
  assertEquals(heard("no no no", 0.38), true);
  assertEquals(heard("the bread is in the oven", 0.38), true);
});

Deno.test("every sentence begins with a capital letter", () => {
  assertEquals(sentence(["hello", "there"]), "Hello there");
  assertEquals(sentence(["émile", "waits"]), "Émile waits");
  assertEquals(sentence([]), "");
});
