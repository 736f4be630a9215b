import type {
  RecognitionStream,
  Recognizer,
  StreamOptions,
  TranscribeOptions,
  Transcription,
  Word,
} from "../recognizers/recognizer.ts";
import { writeMarks } from "./marks.ts";
import { writeNumbers } from "./numbers.ts";

/**
 * An engine whose text is as people would send it: numbers in digits where the engine writes none,
 * and marks that were spoken, for whoever asked for that. Words are joined or left, never changed
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
          const better = rewritten(engine, { text, words: [] }, options);
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
  { language, spoken }: Pick<TranscribeOptions, "language" | "spoken">,
): Heard {
  const numbers = !writes && /^en\b/i.test(language);
  if (!numbers && !spoken) return heard;
  const pieces = heard.text.split(/\s+/).filter((piece) => piece !== "");
  // An engine may know no times, or count words otherwise; its text is what counts.
  const timed = pieces.length === heard.words.length;
  const words = pieces.map((word, i): Word => ({
    ...(timed ? heard.words[i] : NO_TIME),
    word,
  }));
  const better = writeAll(words, language, { numbers, spoken });
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

function writeAll(
  words: Word[],
  language: string,
  { numbers, spoken }: { numbers: boolean; spoken?: boolean },
): Word[] {
  const marked = spoken
    ? writeMarks(words.map((word) => ({ ...word })), language)
    : words;
  return numbers ? writeNumbers(marked) : marked;
}

/** Words with a space between them, and none beside a line break. */
const textOf = (words: Word[]) =>
  words.map(({ word }) => word).join(" ").replace(/ *(\n+) */g, "$1").trim();
