import { assertEquals } from "@std/assert";
import { sherpaText, sherpaWords, stretchText, stretchWords } from "./words.ts";

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

Deno.test("capitals and punctuation of a model that has both stay, those of one that only shouts go", () => {
  const result = { tokens: [], timestamps: [] };
  const texts = [
    " Dr. Smith flew to New York.",
    "I'M HERE AND I KNOW IT",
    "<|en|><|NEUTRAL|><|Speech|><|withitn|>It costs 3 dollars.",
    " [BLANK_AUDIO] ",
    "A. B.",
    "数字は42です",
  ];
  assertEquals(texts.map((text) => stretchText({ ...result, text })), [
    "Dr. Smith flew to New York.",
    "I'm here and I know it",
    "It costs 3 dollars.",
    "",
    "a. b.",
    "数字は42です",
  ]);
  const { word } = sherpaWords({
    tokens: ["▁New", "▁York"],
    timestamps: [0, 1],
  }, 2)[1];
  assertEquals(word, "York");
});

Deno.test("a text without times is shared out over its stretch, and one with them keeps them", () => {
  const without = { text: "To New York.", tokens: ["x"], timestamps: [] };
  const words = stretchWords(without, 2.6);
  assertEquals(words.map(({ word }) => word), ["To", "New", "York."]);
  assertEquals([words[0].start, Math.round(words[2].end * 10)], [0, 26]);
  const timed = {
    text: "To York.",
    tokens: [" To", " Yo", "rk", "."],
    timestamps: [0.5, 1, 1.2, 1.3],
    ys_log_probs: [0, 0, 0, 0],
  };
  assertEquals(
    stretchWords(timed, 3).map(({ word, start }) => [word, start]),
    [["To", 0.5], ["York.", 1]],
  );
});
