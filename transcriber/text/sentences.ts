import type { Word } from "../recognizers/recognizer.ts";
import { bare, ending } from "./bare.ts";

/** Words from which on what is said between two pauses is a sentence, and no exclamation. */
const LEAST = 4;

const AUXILIARY =
  "am|is|are|was|were|do|does|did|can|could|will|would|shall|should|have|has|had|may|might";
const VERB =
  "ist|sind|war|waren|hat|hast|haben|habt|kann|kannst|können|könnt|will|willst|wollt|wollen|wird|wirst|werden|soll|sollst|sollen|darf|dürfen|muss|musst|müssen|geht|heißt|kommt|kommst|macht|machst";

/**
 * How a question begins, where that alone makes it one: “what is”, not “what a day” or “when I come”.
 * Spanish writes its question words with an accent.
 */
const QUESTIONS: Record<string, RegExp> = {
  en: new RegExp(
    `^((who|what|when|where|why|how|which) (${AUXILIARY})|how (much|many|long|often|far|old)|(${AUXILIARY}) (i|you|he|she|it|we|they|there|this|that|the|anyone|anybody)) `,
  ),
  de: new RegExp(
    `^((wer|was|wann|wo|wohin|woher|warum|wieso|wie) (${VERB})|wie (viel|viele|lange|oft|spät)|(${VERB}) (ich|du|er|sie|es|wir|ihr|man|jemand)) `,
  ),
  fr:
    /^(est-ce qu|qu'est-ce qu|pourquoi est|comment (ça|est|vas|allez|va)|combien de|où (est|sont|es|êtes)|quelle? (est|heure)|quels (sont)|quelles (sont))/,
  es:
    /^(qué|quién|quiénes|cuándo|dónde|cómo|cuál|cuáles|cuánto|cuántos|cuánta|cuántas|por qué) /,
};

/**
 * What was said between two pauses as a sentence: a question mark behind what begins as a question,
 * and a full stop behind all else. A few words, and what already ends in a mark, are left alone.
 * @param language a BCP 47 tag; where sentences are not known, nothing changes
 */
export function writeSentence(words: Word[], language: string): Word[] {
  const base = language.split("-")[0].toLowerCase();
  const question = QUESTIONS[base];
  const last = words.at(-1);
  const isShort = words.length < LEAST;
  if (!question || !last || isShort || ending(last.word) !== "") return words;
  const said = words.map(({ word }) => bare(word)).join(" ");
  const isQuestion = question.test(said);
  const ended = words.with(-1, {
    ...last,
    word: last.word + (isQuestion ? "?" : "."),
  });
  if (!isQuestion || base !== "es") return ended;
  return ended.with(0, { ...ended[0], word: `¿${ended[0].word}` });
}
