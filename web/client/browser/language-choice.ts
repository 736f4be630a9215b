import type { LanguageChoice } from "../../dictation/choice.ts";

/** The language chosen in this panel before, until the page is left. */
let chosenHere: string | undefined;

/** Has this language be the choice until the page is left; the account has what holds longer. */
export function chooseHere(tag: string): void {
  chosenHere = tag;
}

/** Where it is not known what can be spoken: the transcriber will tell. */
export const UNKNOWN: LanguageChoice = {
  languages: [],
  language: "",
  detects: false,
};
/** How long the choice of languages is waited for: ms. */
const PATIENCE = 3_000;

/** In which languages can be dictated, and which one the person chose, in this page or before. */
export async function fetchChoice(
  signal: AbortSignal,
): Promise<LanguageChoice> {
  try {
    const late = AbortSignal.timeout(PATIENCE);
    const answer = await fetch("/api/dictation", {
      signal: AbortSignal.any([signal, late]),
    });
    if (!answer.ok) return UNKNOWN;
    const choice: LanguageChoice = await answer.json();
    return chosenHere === undefined
      ? choice
      : { ...choice, language: chosenHere, missing: undefined };
  } catch {
    return UNKNOWN;
  }
}
