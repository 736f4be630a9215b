/**
 * Text as it is compared: the one definition of "the same letters" that searching (realtime)
 * and marking what was found (web) share. It must stay free of imports.
 *
 * Each code point is folded by itself, so the work grows with the length of a text whatever
 * is in it: normalising a whole text sorts its runs of marks, which is quadratic.
 */

/** A folded text, and for each of its characters where in the original it came from. */
export interface Folded {
  text: string;
  /** Where the character began, in UTF-16 code units of the original. */
  from: number[];
  /** Where it ended, with the marks that were on it. */
  to: number[];
}

/** What nobody sees: zero widths, soft hyphens, directions, variation selectors. */
const IGNORED = /[\p{Default_Ignorable_Code_Point}\p{Cf}]/u;
const SPACE = /[\s\u2800]/u;
/** Accents, points and strokes. The marks of the scripts of India and of Thai are vowels. */
const ACCENT =
  /(?=\p{Mn}|\p{Me})[\p{Script=Inherited}\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}]/u;
/** Those of half-width katakana are letters by name. */
const MARK = /[\p{M}\uff9e\uff9f]/u;

/** What Unicode does not take apart, though people type it so. */
const ALIKE = new Map([
  ..."‘’‚‛′‵ʹʻʼʽ`´＇‹›׳՚ꞌ".split("").map((it) => [it, "'"] as const),
  ..."“”„‟″‶«»＂״〝〞〟".split("").map((it) => [it, '"'] as const),
  ..."‐‑‒–—―−⁃﹘﹣－⸺⸻־".split("").map((it) => [it, "-"] as const),
  ...Object.entries({
    ø: "o",
    đ: "d",
    ł: "l",
    ħ: "h",
    ŧ: "t",
    æ: "ae",
    œ: "oe",
  }),
]);

function foldPoint(point: string): string {
  if (IGNORED.test(point)) return "";
  const alike = ALIKE.get(point);
  if (alike !== undefined) return alike;
  if (SPACE.test(point)) return " ";
  let folded = "";
  for (const part of point.normalize("NFKD")) {
    if (ACCENT.test(part) || IGNORED.test(part)) continue;
    // Through the capital, which is where ß and ς meet SS and Σ.
    for (const letter of part.toLowerCase().toUpperCase().toLowerCase()) {
      if (ACCENT.test(letter)) continue;
      folded += ALIKE.get(letter) ?? (SPACE.test(letter) ? " " : letter);
    }
  }
  return folded;
}

/** Folding a code point takes several looks at tables: those in use are remembered. */
const known = new Map<string, string>();
const KNOWN_LIMIT = 8_192;

function folding(point: string): string {
  let folded = known.get(point);
  if (folded === undefined) {
    folded = foldPoint(point);
    if (known.size >= KNOWN_LIMIT) known.clear();
    known.set(point, folded);
  }
  return folded;
}

/**
 * A text without what searching does not tell apart: case (in full: ß is ss, final sigma is
 * sigma), accents, how it was composed, widths and ligatures, kinds of quotes and hyphens,
 * how much space there is, and what is invisible. Takes time in proportion to its length.
 */
export function fold(text: string): string {
  let folded = "";
  let spaced = true;
  for (const point of text) {
    for (const letter of folding(point)) {
      const space = letter === " ";
      if (!space || !spaced) folded += letter;
      spaced = space;
    }
  }
  return spaced ? folded.slice(0, -1) : folded;
}

/** The same, with the way back: see {@link Folded}. */
export function foldWithPlaces(text: string): Folded {
  const result: Folded = { text: "", from: [], to: [] };
  const { from, to } = result;
  let at = 0;
  let spaced = true;
  for (const point of text) {
    const end = at + point.length;
    const folded = folding(point);
    // A mark belongs to the letter before it; space is one, however wide.
    const joins = folded === "" ? MARK.test(point) : folded === " " && spaced;
    if (joins && to.at(-1) === at) to[to.length - 1] = end;
    for (const letter of folded) {
      const space = letter === " ";
      if (space && spaced) continue;
      spaced = space;
      result.text += letter;
      // A letter beyond the first 65,536 has two places, as it has in the text.
      for (let i = 0; i < letter.length; i++) {
        from.push(at);
        to.push(end);
      }
    }
    at = end;
  }
  if (spaced && result.text !== "") {
    result.text = result.text.slice(0, -1);
    from.pop();
    to.pop();
  }
  return result;
}

/** The different words of a text, folded. Empty if it has none. */
export const wordsOf = (text: string): string[] => [
  ...new Set(fold(text).split(" ").filter((word) => word !== "")),
];

/** Whether a text, once folded, has all the words, in whatever order and place. */
export const hasWords = (folded: string, words: string[]): boolean =>
  words.every((word) => folded.includes(word));
