import type {
  RecognitionStream,
  Recognizer,
  StreamOptions,
  TranscribeOptions,
  Transcription,
  Word,
} from "../recognizers/recognizer.ts";
import { writeMarks } from "./marks.ts";
import { writeNumbers } from "./numbers/numbers.ts";
import { writeSentence } from "./sentences.ts";

/**
 * An engine whose text is as people would send it: numbers in digits and ends of sentences where the engine writes
 * none, and marks that were spoken, for whoever asked for that. Words are joined or left, never changed
 * into others.
 */
export function written(engine: Recognizer): Recognizer {
  return {
    name: engine.name,
    languages: engine.languages,
    writes: true,
    detects: engine.detects,
    takesHints: engine.takesHints,
    status: () => engine.status(),
    supports: (language) => engine.supports(language),
    waiting: () => engine.waiting(),
    close: () => engine.close(),
    async transcribe(pcm, options): Promise<Transcription> {
      const heard = await engine.transcribe(pcm, options);
      return { ...heard, ...rewritten(engine, heard, options) };
    },
    start(options: StreamOptions): Promise<RecognitionStream> {
      return engine.start({
        ...options,
        onUpdate(update) {
          const { text } = update;
          if (update.type === "final") {
            options.onUpdate({
              ...update,
              ...rewritten(engine, update, options),
            });
            return;
          }
          const guess = { text, words: [] };
          const better = rewritten(engine, guess, { ...options, guess: true });
          options.onUpdate({ type: "partial", text: better.text });
        },
      });
    },
  };
}

type Heard = Pick<Transcription, "text" | "words">;

function rewritten(
  { writes }: Recognizer,
  heard: Heard,
  { language, spoken, guess }:
    & Pick<TranscribeOptions, "language" | "spoken">
    & { guess?: boolean },
): Heard {
  if (writes && !spoken) return heard;
  const pieces = heard.text.split(/\s+/).filter((piece) => piece !== "");
  // An engine may know no times, or count words otherwise; its text is what counts.
  const timed = pieces.length === heard.words.length;
  const words = pieces.map((word, i): Word => ({
    ...(timed ? heard.words[i] : NO_TIME),
    word,
  }));
  // Before the marks: “drei Komma fünf” is a number, though a comma is called so.
  const numbered = writes ? words : stretchesIn(words, heard.words)
    .flatMap((stretch) => {
      const numbered = writeNumbers(stretch, language);
      // Whoever speaks marks says where a sentence ends, and a guess has no end yet.
      return spoken || guess ? numbered : writeSentence(numbered, language);
    });
  const better = spoken
    ? writeMarks(numbered.map((word) => ({ ...word })), language)
    : numbered;
  // What was not touched stays as the engine gave it.
  const given = new Map(words.map((word, i) => [keyOf(word), heard.words[i]]));
  return {
    text: textOf(better),
    words: timed
      ? better.map((word) =>
        given.get(keyOf(word)) ?? { ...word, word: word.word.trimEnd() }
      )
      : heard.words,
  };
}

const keyOf = ({ word, start, end }: Word) => `${start} ${end} ${word}`;

const NO_TIME = { start: 0, end: 0, confidence: 1 };

/** Seconds between two words that end a sentence, where the second has a capital letter. */
const PAUSE = 0.3;

/**
 * What was said between two pauses, each: it begins with a capital letter that the engine's own word
 * has not, or after a pause.
 */
function stretchesIn(words: Word[], heard: Word[]): Word[][] {
  const stretches: Word[][] = [];
  words.forEach((word, i) => {
    const said = heard.length === words.length ? heard[i] : undefined;
    const before = heard[i - 1];
    const begins = said && before && isCapital(word.word) &&
      (!isCapital(said.word) || said.start - before.end >= PAUSE);
    if (i === 0 || begins) stretches.push([]);
    stretches.at(-1)!.push(word);
  });
  return stretches;
}

const isCapital = (word: string) => /^\p{Lu}/u.test(word);

/** Words with a space between them, and none beside a line break. */
const textOf = (words: Word[]) =>
  words.map(({ word }) => word).join(" ").replace(/ *(\n+) */g, "$1").trim();
