import { type Recognizer, usualLanguage } from "../recognizers/recognizer.ts";

const names = new Intl.DisplayNames(["en"], { type: "language" });

/** The language of a BCP 47 tag as OpenAI's answers name it, for example `english`. */
export function languageName(tag: string): string {
  const [base] = tag.split("-");
  return (names.of(base) ?? base).toLowerCase();
}

/**
 * The engine's own tag for the language a program named, by ISO 639-1 or a BCP 47 tag; the engine may
 * have it with another region. Without a name: English where the engine knows it, or else its first.
 */
export function engineLanguage(
  recognizer: Pick<Recognizer, "languages" | "supports">,
  asked: string | undefined,
): string {
  const wanted = asked ?? usualLanguage(recognizer);
  if (recognizer.supports(wanted)) {
    const same = recognizer.languages.find((tag) => isSame(tag, wanted));
    if (same) return same;
    const isBare = !wanted.includes("-");
    const region = recognizer.languages.find((tag) => baseOf(tag) === wanted);
    return isBare && region ? region : wanted;
  }
  return wanted;
}

/** The first of those that may be spoken which the engine knows, if any. */
export const likelyLanguage = (
  recognizer: Pick<Recognizer, "supports">,
  languages: string[],
): string | undefined => languages.find((tag) => recognizer.supports(tag));

const baseOf = (tag: string) => tag.toLowerCase().split("-")[0];
const isSame = (one: string, other: string) =>
  one.toLowerCase() === other.toLowerCase();
