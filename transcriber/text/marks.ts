import type { Word } from "../recognizers/recognizer.ts";
import { bare, ending } from "./bare.ts";

/** What a mark is called, for each language; the longest name counts. */
const NAMES: Record<string, Record<string, string>> = {
  en: {
    "comma": ",",
    "full stop": ".",
    "period": ".",
    "question mark": "?",
    "exclamation mark": "!",
    "exclamation point": "!",
    "colon": ":",
    "semicolon": ";",
    "new line": "\n",
    "newline": "\n",
    "new paragraph": "\n\n",
  },
  de: {
    "komma": ",",
    "punkt": ".",
    "fragezeichen": "?",
    "ausrufezeichen": "!",
    "doppelpunkt": ":",
    "semikolon": ";",
    "neue zeile": "\n",
    "neuer absatz": "\n\n",
  },
  fr: {
    "virgule": ",",
    "point": ".",
    "point d'interrogation": "?",
    "point d'exclamation": "!",
    "deux points": ":",
    "point virgule": ";",
    "à la ligne": "\n",
    "nouveau paragraphe": "\n\n",
  },
  es: {
    "coma": ",",
    "punto": ".",
    "dos puntos": ":",
    "signo de interrogación": "?",
    "cierra interrogación": "?",
    "signo de exclamación": "!",
    "cierra exclamación": "!",
    "punto y coma": ";",
    "nueva línea": "\n",
    "nuevo párrafo": "\n\n",
  },
};

/** Words of the longest name of a mark. */
const LONGEST = 3;

/**
 * Marks in place of their names: “hello comma new line how are you question mark”. The mark stands
 * behind the word before it, in place of one that the engine put there; a line break behind a mark
 * joins it. A name with nothing before it is left as it was said.
 * @param language a BCP 47 tag; where no names are known, nothing changes
 */
export function writeMarks(words: Word[], language: string): Word[] {
  const names = NAMES[language.split("-")[0].toLowerCase()];
  if (!names) return words;
  const written: Word[] = [];
  for (let at = 0; at < words.length;) {
    const found = markAt(words, at, names);
    const before = written.at(-1);
    if (!found || !before) {
      written.push(begins(before) ? capital(words[at]) : words[at]);
      at++;
      continue;
    }
    before.word = marked(before.word, found.mark);
    before.end = words[at + found.length - 1].end;
    at += found.length;
  }
  return written;
}

function markAt(words: Word[], at: number, names: Record<string, string>) {
  for (let length = LONGEST; length > 0; length--) {
    const said = words.slice(at, at + length);
    const mark = names[said.map(({ word }) => bare(word)).join(" ")];
    if (mark !== undefined && said.length === length) return { mark, length };
  }
  return null;
}

function marked(word: string, mark: string): string {
  // Not looked at: breaks behind breaks are as many as were said.
  if (mark.startsWith("\n")) return word + mark;
  return word.slice(0, word.length - ending(word).length) + mark;
}

/** Whether a sentence begins after this word. */
const begins = (before: Word | undefined) =>
  before !== undefined && ".?!\n".includes(before.word.at(-1) ?? " ");

const capital = (word: Word): Word => ({
  ...word,
  word: word.word.charAt(0).toUpperCase() + word.word.slice(1),
});
