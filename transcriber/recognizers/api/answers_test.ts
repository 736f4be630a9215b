import { assert, assertEquals } from "@std/assert";
import { readAnswer } from "./answers.ts";

/** Whatever a server may answer: values of every kind, where words and times should be. */
function anything(random: () => number, depth = 0): unknown {
  const some = () => anything(random, depth + 1);
  const kinds = [
    () => null,
    () => random() > 0.5,
    () => (random() - 0.3) * 10 ** Math.floor(random() * 12),
    () => String(random() * 9),
    () => " word",
    () => "[_TT_50]",
    () => ({
      text: some(),
      word: some(),
      start: some(),
      end: some(),
      probability: some(),
      avg_logprob: some(),
      no_speech_prob: some(),
      words: some(),
      segments: some(),
    }),
    () => Array.from({ length: Math.floor(random() * 5) }, some),
  ];
  const shallow = depth > 3 ? kinds.length - 2 : kinds.length;
  return kinds[Math.floor(random() * shallow)]();
}

Deno.test("whatever a server answers, words are in order, inside the recording, or there is no answer", () => {
  let seed = 11;
  const random = () => (seed = seed * 48_271 % 2_147_483_647) / 2_147_483_647;
  let heard = 0;
  for (let i = 0; i < 20_000; i++) {
    const answer = {
      text: random() > 0.1 ? "some words" : anything(random),
      words: anything(random),
      segments: anything(random),
    };
    const found = readAnswer(JSON.stringify(answer), 3);
    if (found === null) continue;
    heard++;
    found.words.forEach(({ word, start, end, confidence }, at) => {
      assert(word.trim() !== "");
      assert(start >= (found.words[at - 1]?.start ?? 0), JSON.stringify(found));
      assert(start <= end && end <= 3);
      assert(confidence >= 0 && confidence <= 1);
    });
  }
  assert(heard > 10_000);
});

Deno.test("an answer cut at any length is none", () => {
  const whole = JSON.stringify({ text: "yes", segments: [{ text: "yes" }] });
  for (let length = 0; length < whole.length; length++) {
    assertEquals(readAnswer(whole.slice(0, length), 1), null);
  }
  for (const body of ["", "<html>", "null", "[]", '"text"', '{"text": 1}']) {
    assertEquals(readAnswer(body, 1), null);
  }
});
