import { languageInWords } from "../../realtime/common/language-in-words.ts";
import type { DictationSettings } from "./settings.ts";
import { availableAs, type Language, type Speech, usualOf } from "./speech.ts";

/** In which languages somebody can dictate now, and which one they chose. */
export interface LanguageChoice {
  languages: Language[];
  /** The tag of theirs; empty: the server tells it by itself. */
  language: string;
  /** Nothing need be chosen: the server tells the language by itself. */
  detects: boolean;
  /** The name of the one they chose, where this server does not know it. */
  missing?: string;
}

/**
 * What somebody's choice means to the engine that runs now; nothing while it is not known what that
 * can do.
 */
export function choiceOf(
  speech: Speech | null,
  { language }: Pick<DictationSettings, "language">,
): LanguageChoice {
  if (speech === null) return { languages: [], language: "", detects: false };
  const { languages, detects } = speech;
  const chosen = language && availableAs(languages, language);
  const missing = language && !chosen ? languageInWords(language) : undefined;
  const usual = detects ? "" : usualOf(languages)?.tag ?? "";
  return {
    languages,
    detects,
    language: chosen ? chosen.tag : usual,
    ...(missing && { missing }),
  };
}
