/** How a text differs from what was said, in words. */
export interface WordErrors {
  /** Words that were said. */
  said: number;
  /** Words that are wrong, missing or too many. */
  wrong: number;
}

/**
 * A text as the words that are compared: without capitals, punctuation and hyphens, which no
 * reference writes alike.
 */
export const wordsOf = (text: string): string[] =>
  text.normalize("NFKC").toLowerCase().replace(/[’`]/g, "'")
    .replace(/[^\p{L}\p{N}\p{M}' ]+/gu, " ")
    .split(/\s+/).map((word) => word.replace(/^'+|'+$/g, ""))
    .filter((word) => word !== "");

/** The fewest words to change, leave out and put in (Levenshtein) that make one text the other. */
export function wordErrors(said: string, heard: string): WordErrors {
  const reference = wordsOf(said);
  const words = wordsOf(heard);
  let row = words.map((_, i) => i + 1);
  reference.forEach((word, line) => {
    let diagonal = line;
    let left = line + 1;
    row = row.map((above, i) => {
      const change = diagonal + (words[i] === word ? 0 : 1);
      diagonal = above;
      left = Math.min(change, above + 1, left + 1);
      return left;
    });
  });
  return { said: reference.length, wrong: row.at(-1) ?? reference.length };
}
