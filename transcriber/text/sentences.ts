import type { Word } from "../recognizers/recognizer.ts";
import { bare, ending } from "./bare.ts";

/** So many words between two pauses are a sentence; fewer may be an exclamation. */
const LEAST = 4;

/** Words a question of yes or no begins with. */
const AUXILIARIES = new Set(
  "am is are was were do does did can could will would shall should have has had may might"
    .split(" "),
);
const VERBS = new Set(
  "ist sind war waren hat hast haben habt kann kannst können könnt will willst wollt wollen wird wirst werden soll sollst sollen darf dürfen muss musst müssen geht heißt kommt kommst macht machst"
    .split(" "),
);

/** Whether words, in small letters, begin as a question does. */
type Asks = (first: string, second: string) => boolean;

const english: Asks = (first, second) => {
  if (AUXILIARIES.has(first)) {
    return /^(i|you|he|she|it|we|they|there|this|that|the|anyone|anybody)$/
      .test(second);
  }
  if (first === "how" && /^(much|many|long|often|far|old)$/.test(second)) {
    return true;
  }
  return /^(who|what|when|where|why|how|which)$/.test(first) &&
    AUXILIARIES.has(second);
};

const german: Asks = (first, second) => {
  if (VERBS.has(first)) {
    return /^(ich|du|er|sie|es|wir|ihr|man|jemand)$/.test(second);
  }
  if (first === "wie" && /^(viel|viele|lange|oft|spät)$/.test(second)) {
    return true;
  }
  return /^(wer|was|wann|wo|wohin|woher|warum|wieso|wie)$/.test(first) &&
    VERBS.has(second);
};

const french: Asks = (first, second) =>
  /^(est-ce|qu'est-ce)$/.test(first) ||
  /^(pourquoi|comment|où|quelle?s?)$/.test(first) &&
    /^(est|sont|es|êtes|ça|vas|allez|va)$/.test(second) ||
  first === "combien" && second === "de" ||
  first === "quelle" && second === "heure";

/**
 * How a question begins, where that alone makes it one: “what is”, not “what a day” or “when I come”.
 * Spanish writes its question words with an accent.
 */
const QUESTIONS: Record<string, Asks> = {
  en: english,
  de: german,
  fr: french,
  es: (first) =>
    /^(qué|quién(es)?|cuándo|dónde|cómo|cuál(es)?|cuánt[oa]s?)$/.test(first),
};

/**
 * What was said between two pauses as a sentence: a question mark behind what begins as a question,
 * and a full stop behind all else. A few words, and what already ends in a mark, are left alone.
 * @param language a BCP 47 tag; where sentences are not known, nothing changes
 */
export function writeSentence(words: Word[], language: string): Word[] {
  const base = language.split("-")[0].toLowerCase();
  const asks = QUESTIONS[base];
  const last = words.at(-1);
  const isShort = words.length < LEAST;
  if (!asks || !last || isShort || ending(last.word) !== "") return words;
  const [first, second] = words.map(({ word }) => bare(word));
  const isQuestion = asks(first, second);
  const ended = words.with(-1, {
    ...last,
    word: last.word + (isQuestion ? "?" : "."),
  });
  if (!isQuestion || base !== "es") return ended;
  return ended.with(0, { ...ended[0], word: `¿${ended[0].word}` });
}
