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

Deno.test("every sentence begins with a capital letter", () => {
  assertEquals(sentence(["hello", "there"]), "Hello there");
  assertEquals(sentence(["émile", "waits"]), "Émile waits");
  assertEquals(sentence([]), "");
});
