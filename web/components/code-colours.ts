/**
 * Colours code in the language that was said of it. Servers import this as they start; no page loads
 * it.
 */
import { h } from "preact";
import { parse, type ParsedToken } from "sugar-high/core";
import { lang, languages } from "sugar-high/lang";
import { colourWith } from "../client/drawn/rich-text.tsx";

/** Longer code has no colours: what hangs on its length is bounded. */
const LONGEST = 2_000;
/** Looking for properties of its own in CSS takes the square of a line's length. */
const NEVER = "css";

/** What a kind of token is called in styles/parts.css; others look like text. */
const CLASSES: Partial<Record<ParsedToken["type"], string>> = {
  keyword: "hl-key",
  class: "hl-name",
  entity: "hl-name",
  string: "hl-text",
  comment: "hl-note",
};

type Line = readonly ParsedToken[];

/** The tokens of each line of a code, however long; undefined in a language that is not known. */
export function tokensOf(text: string, language: string): Line[] | undefined {
  const name = lang(language.toLowerCase());
  if (!name || name === NEVER) return undefined;
  const { config } = languages.find(({ id }) => id === name)!;
  // Looking for the end of each regular expression takes the square of a text's length.
  const { lines } = parse(text, { ...config, regex: false });
  return lines.map(({ tokens }) => tokens);
}

colourWith(({ text, language }) => {
  const isLong = text.length > LONGEST;
  const lines = language && !isLong ? tokensOf(text, language) : undefined;
  if (!lines) return undefined;
  const drawn = lines.flatMap((tokens, at) => [
    at > 0 && "\n",
    ...tokens.map(({ type, value }) => {
      const name = CLASSES[type];
      return name ? h("span", { class: name }, value) : value;
    }),
  ]);
  return h("code", { dir: "ltr" }, ...drawn);
});
