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

/**
 * What nobody sees: zero widths, soft hyphens, directions, variation selectors. And the stroke
 * that makes Arabic words longer.
 */
const IGNORED = /[\p{Default_Ignorable_Code_Point}\p{Cf}\u0640\u07fa]/u;
const SPACE = /[\s\u2800]/u;
/** Accents, points and strokes. The marks of the scripts of India and of Thai are vowels. */
const ACCENT =
  /(?=\p{Mn}|\p{Me})[\p{Script=Inherited}\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}]/u;
/** Those of half-width katakana are letters by name. */
const MARK = /[\p{M}\uff9e\uff9f]/u;

/**
 * What Unicode does not take apart, though people type it so: each letter of a group stands for
 * what comes first. Letters of Persian and Urdu are those of Arabic, and final letters of Hebrew
 * those within a word.
 */
const ALIKE = new Map(
  [
    "' ‘’‚‛′‵ʹʻʼʽʾʿ`´＇‹›׳՚ꞌ❛❜",
    '" “”„‟″‶«»＂״〝〞〟❝❞',
    "- ‐‑‒–—―−⁃﹘﹣－⸺⸻־",
    "/ ⁄∕",
    "· ‧•∙⋅・",
    "a ⱥ",
    "b ƀɓ",
    "c ȼ",
    "d đðɗ",
    "e əɇ",
    "g ǥ",
    "h ħ",
    "i ɨ",
    "k ƙ",
    "l ł",
    "n ŋ",
    "o ø",
    "t ŧ",
    "u ʉ",
    "y ƴ",
    "z ƶ",
    "ae æ",
    "oe œ",
    "th þ",
    "ا ٱ",
    "ي ىیے",
    "ك ک",
    "ه ةہھە",
    "וו װ",
    "וי ױ",
    "יי ײ",
    "כ ך",
    "מ ם",
    "נ ן",
    "פ ף",
    "צ ץ",
  ].flatMap((group) => {
    const [plain = "", letters = ""] = group.split(" ");
    return [...letters].map((letter) => [letter, plain] as const);
  }),
);

/** The digit of a number of any script: they stand ten by ten. */
function digitOf(point: string): string {
  const code = point.codePointAt(0)!;
  let zero = code;
  while (/\p{Nd}/u.test(String.fromCodePoint(zero - 1))) zero--;
  return `${(code - zero) % 10}`;
}

/** A letter in small, as all that are alike are written. */
function foldLetter(letter: string): string {
  const alike = ALIKE.get(letter);
  if (alike !== undefined) return alike;
  if (SPACE.test(letter)) return " ";
  if (/(?!\d)\p{Nd}/u.test(letter)) return digitOf(letter);
  // Hiragana is written as katakana, which stands 96 places on.
  return /[ぁ-ゖゝゞ]/.test(letter)
    ? String.fromCharCode(letter.charCodeAt(0) + 96)
    : letter;
}

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
      if (!ACCENT.test(letter)) folded += foldLetter(letter);
    }
  }
  return folded.replace(/ +/g, " ");
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
 * sigma), accents, how it was composed, widths and ligatures, kinds of digits, kana, quotes and
 * hyphens, how much space there is, and what is invisible. Takes time in proportion to its length.
 */
export function fold(text: string): string {
  let folded = "";
  let spaced = true;
  for (const point of text) {
    const piece = following(spaced, folding(point));
    if (piece !== "") spaced = piece.endsWith(" ");
    folded += piece;
  }
  return spaced ? folded.slice(0, -1) : folded;
}

/** What a folded code point adds to a text that ends, or does not end, with a space. */
const following = (spaced: boolean, folded: string): string =>
  spaced && folded.startsWith(" ") ? folded.slice(1) : folded;

/** The same, with the way back: see {@link Folded}. */
export function foldWithPlaces(text: string): Folded {
  const [pieces, from, to]: [string[], number[], number[]] = [[], [], []];
  let at = 0;
  let spaced = true;
  for (const point of text) {
    const end = at + point.length;
    const folded = folding(point);
    // A mark belongs to the letter before it; space is one, however wide.
    const joins = folded === "" ? MARK.test(point) : folded === " " && spaced;
    if (joins && to.at(-1) === at) to[to.length - 1] = end;
    const piece = following(spaced, folded);
    if (piece !== "") spaced = piece.endsWith(" ");
    pieces.push(piece);
    // A letter beyond the first 65,536 has two places, as it has in the text.
    for (let i = 0; i < piece.length; i++) {
      from.push(at);
      to.push(end);
    }
    at = end;
  }
  const whole = pieces.join("");
  if (!spaced || whole === "") return { text: whole, from, to };
  return {
    text: whole.slice(0, -1),
    from: from.slice(0, -1),
    to: to.slice(0, -1),
  };
}

/** The different words of a text, folded. Empty if it has none. */
export const wordsOf = (text: string): string[] => [
  ...new Set(fold(text).split(" ").filter((word) => word !== "")),
];

/** Whether a text, once folded, has all the words, in whatever order and place. */
export const hasWords = (folded: string, words: string[]): boolean =>
  words.every((word) => folded.includes(word));
