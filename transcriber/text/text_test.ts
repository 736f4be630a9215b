import { assert, assertEquals } from "@std/assert";
import type { Update } from "../recognizers/recognizer.ts";
import { OneWord } from "../testing/recognizers.ts";
import { Scripted } from "../testing/scripted-engine.ts";
import { joinPcm, pcmOf, speak } from "../testing/speech.ts";
import { textOf, wordsOf } from "../testing/words.ts";
import { writeMarks } from "./marks.ts";
import { writeSentence } from "./sentences.ts";
import { written } from "./written.ts";

const marks = (text: string, language = "en-US") =>
  textOf(writeMarks(wordsOf(text), language));

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
