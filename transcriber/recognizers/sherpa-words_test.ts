import { assertEquals } from "@std/assert";
import { sherpaText, sherpaWords } from "./sherpa-words.ts";

Deno.test("pieces become words with times and confidence, in small letters", () => {
  const words = sherpaWords({
    tokens: ["▁HE", "LLO", "▁I", "'M", "▁HERE"],
    timestamps: [0.1, 0.3, 0.6, 0.7, 1],
    ys_probs: [0, 0, Math.log(0.5), Math.log(0.5), 0],
    start_time: 10,
  }, 11.1);
  assertEquals(
    words.map(({ word, confidence }) => [word, confidence]),
    [["hello", 1], ["i'm", 0.5], ["here", 1]],
  );
  const times = words.map(({ start, end }) =>
    [start, end].map((time) => Math.round(time * 100) / 100)
  );
  assertEquals(times, [[10.1, 10.6], [10.6, 11], [11, 11.1]]);
  assertEquals(sherpaText(words), "Hello I'm here");
});

Deno.test("tokens that mark words with a space, older models, and silence", () => {
  const result = { timestamps: [0, 0.2], start_time: 0 };
  const [word] = sherpaWords({ ...result, tokens: [" YES", "!"] }, 1);
  assertEquals([word.word, word.confidence], ["yes!", 1]);
  assertEquals(
    sherpaWords({ tokens: [], timestamps: [], start_time: 0 }, 1),
    [],
  );
});
