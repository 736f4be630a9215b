import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { Transcription } from "../recognizers/recognizer.ts";
import { formatted, srt, vtt } from "./formats.ts";
import { engineLanguage, languageName } from "./languages.ts";
import { segmentsOf } from "./segments.ts";

/** A transcription of these words, a third of a second each; a number is a pause. */
function heard(...said: (string | number)[]): Transcription {
  let at = 0;
  const words = said.flatMap((word) => {
    if (typeof word === "number") at += word;
    if (typeof word === "number") return [];
    const start = at;
    at += 1 / 3;
    return [{ word, start, end: at, confidence: 0.5 }];
  });
  const text = words.map(({ word }) => word).join(" ");
  return { text, words, duration: at };
}

Deno.test("segments end at pauses, at ends of sentences and before they are too long", () => {
  const texts = (from: Transcription) =>
    segmentsOf(from).map(({ text }) => text);
  assertEquals(texts(heard("one", "two", 1, "three")), ["one two", "three"]);
  assertEquals(texts(heard("One.", "Two?", "three")), [
    "One.",
    "Two?",
    "three",
  ]);
  assertEquals(texts(heard()), []);
  const words = Array.from({ length: 200 }, (_, i) => "w".repeat(i % 12 + 1));
  const long = heard(...words);
  const segments = segmentsOf(long);
  assertEquals(segments.map(({ text }) => text).join(" "), long.text);
  assertEquals(segments.flatMap(({ words }) => words), long.words);
  for (const { start, end, text } of segments) {
    assert(text.length <= 84 && end - start <= 10);
  }
});

Deno.test("a text whose words have no times is one segment", () => {
  assertEquals(segmentsOf({ text: "A b.", words: [], duration: 4 }), [
    { start: 0, end: 4, text: "A b.", words: [] },
  ]);
});

Deno.test("subtitles have times of each format, and nothing in a text ends one", () => {
  const segments = segmentsOf(heard(3_723.004, "a<b", "-->", "&", "c"));
  assertEquals(
    srt(segments),
    "1\n01:02:03,004 --> 01:02:04,337\na<b --> & c\n\n",
  );
  assertEquals(
    vtt(segments),
    "WEBVTT\n\n01:02:03.004 --> 01:02:04.337\na&lt;b --&gt; &amp; c\n\n",
  );
  const lines = [{
    start: 0,
    end: 1,
    text: "one\n\ntwo\r\n\nthree",
    words: [],
  }];
  assertEquals(
    srt(lines),
    "1\n00:00:00,000 --> 00:00:01,000\none\ntwo\nthree\n\n",
  );
  assertStringIncludes(vtt(lines), "\none\ntwo\nthree\n\n");
});

Deno.test("times are of the kind that was asked for, segments without a word about it", async () => {
  const answer = { heard: heard("yes"), language: "en-US" };
  for (
    const [granularities, keys] of [
      [["word"], ["words"]],
      [["segment"], ["segments"]],
      [["word", "segment"], ["words", "segments"]],
    ] as const
  ) {
    const how = { format: "verbose_json", granularities: [...granularities] };
    const response = formatted(answer, how as Parameters<typeof formatted>[1]);
    const body = await response.json();
    assertEquals(Object.keys(body), [
      ..."task language duration text".split(" "),
      ...keys,
      "usage",
    ]);
  }
});

Deno.test("a language is told by its name and found by its code", () => {
  assertEquals(["en-US", "de", "cmn-Hans-CN"].map(languageName), [
    "english",
    "german",
    "chinese",
  ]);
  const languages = ["de-DE", "en-US", "en-GB"];
  const supports = (tag: string) => /^(en|de)\b/i.test(tag);
  const engine = { languages, supports };
  assertEquals(
    ["en", "EN-gb", "de", "de-AT", "fr", undefined]
      .map((asked) => engineLanguage(engine, asked)),
    ["en-US", "en-GB", "de-DE", "de-AT", "fr", "en-US"],
  );
  const german = {
    languages: ["de-DE"],
    supports: (tag: string) => /^de/.test(tag),
  };
  assertEquals(engineLanguage(german, undefined), "de-DE");
});
