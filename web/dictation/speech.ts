import { z } from "zod";
import { languageInWords } from "../../realtime/common/language-in-words.ts";
import type { Config } from "../config.ts";

/** A language that can be dictated in. */
export interface Language {
  /** BCP 47. */
  tag: string;
  /** In words. */
  name: string;
}

/** What the transcriber's engine knows. */
export interface Speech {
  /** By their names. */
  languages: Language[];
  /** It tells by itself which language is spoken, when nobody says. */
  detects: boolean;
  /** Names and words that are likely to be said help it. */
  hints: boolean;
}

/** What `/languages` of the transcriber says. */
const Answer = z.object({
  languages: z.array(z.string().max(35)).max(500),
  detects: z.boolean().default(false),
  hints: z.boolean().default(false),
});

/** How long one answer is believed, and that there was none: ms. */
const BELIEVED = { known: 60_000, none: 5_000 };
const TIMEOUT = 1_000;

const answers = new Map<
  string,
  { speech: Promise<Speech | null>; until: number }
>();

async function ask(url: string): Promise<Speech | null> {
  try {
    const signal = AbortSignal.timeout(TIMEOUT);
    const answer = await fetch(`${url}/languages`, { signal });
    const { languages, ...others } = Answer.parse(await answer.json());
    const named = languages.map((tag) => ({ tag, name: languageInWords(tag) }))
      .sort((a, b) => a.name.localeCompare(b.name, "en"));
    return { ...others, languages: named };
  } catch {
    return null; // unreachable, slow or talking nonsense
  }
}

/** What can be dictated in; null while the transcriber does not say. Asked once a minute at most. */
export function speechOf(
  { transcriberUrl }: Pick<Config, "transcriberUrl">,
): Promise<Speech | null> {
  const last = answers.get(transcriberUrl);
  if (last && Date.now() < last.until) return last.speech;
  const speech = ask(transcriberUrl);
  const entry = { speech, until: Date.now() + BELIEVED.known };
  answers.set(transcriberUrl, entry);
  speech.then((known) => {
    if (known === null) entry.until = Date.now() + BELIEVED.none;
  });
  return speech;
}

const baseOf = (tag: string) => tag.toLowerCase().split("-")[0];

/** The language of these that a tag stands for: itself, or another region of it; undefined: none. */
export const availableAs = (
  languages: readonly Language[],
  tag: string,
): Language | undefined =>
  languages.find((it) => it.tag.toLowerCase() === tag.toLowerCase()) ??
    languages.find((it) => baseOf(it.tag) === baseOf(tag));

/** The language that is taken when none is chosen and the engine tells none: English, or the first. */
export const usualOf = (
  languages: readonly Language[],
): Language | undefined => availableAs(languages, "en-US") ?? languages[0];
