import { assert, assertEquals } from "@std/assert";
import type { SpokenWord } from "../../../realtime/protocol.ts";
import { timesOf } from "./word-times.ts";

const HEARD: SpokenWord[] = [
  ["go", 100, 300],
  ["for", 300, 500],
  ["word", 500, 800],
  ["ten", 1_000, 1_300],
  ["meters", 1_400, 2_000],
];

const timed = (text: string, words = HEARD, ms = 2_200) =>
  timesOf(text, words, ms).map(({ from, to, at }) => [
    text.slice(from, to),
    Math.round(at),
  ]);

Deno.test("a text as it was heard has its words' own times, however it is written", () => {
  assertEquals(timed("Go for word, ten “meters”."), [
    ["Go", 100],
    ["for", 300],
    ["word", 500],
    ["ten", 1_000],
    ["meters", 1_400],
  ]);
});

Deno.test("words that stayed keep their times, and corrected ones are between them", () => {
  const words = timed("Please go forward ten meters now");
  assertEquals(words.map(([word]) => word), [
    "Please",
    "go",
    "forward",
    "ten",
    "meters",
    "now",
  ]);
  const at = Object.fromEntries(words);
  assertEquals([at.go, at.ten, at.meters], [100, 1_000, 1_400]);
  assert(at.Please as number < 100);
  assert(100 < +at.forward && +at.forward < 1_000, `${at.forward}`);
  assert(1_400 < +at.now && +at.now < 2_200, `${at.now}`);
});

Deno.test("a text of which nothing was heard is spread over the recording", () => {
  assertEquals(timed("aa bb cc dd", [], 1_100), [
    ["aa", 0],
    ["bb", 300],
    ["cc", 600],
    ["dd", 900],
  ]);
});

Deno.test("nothing is slow, whatever was written and heard", () => {
  const words = Array.from(
    { length: 1_000 },
    (_, i): SpokenWord => [i % 2 ? "a" : "b", i, i + 1],
  );
  const times = timesOf("b a ".repeat(1_000), words, 1_000);
  assertEquals(times.length, 2_000);
  const later = times.every(({ at }, i) => i === 0 || at >= times[i - 1].at);
  assert(later);
});
