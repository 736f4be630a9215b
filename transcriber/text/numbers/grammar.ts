/** A number, and how many words it is. */
export interface Value {
  value: number;
  length: number;
}

/** How a language says numbers. */
export interface Grammar {
  /** Which digits stand together, from ten thousand on. */
  locale: string;
  /** What is said between a number and its decimals. */
  points: string[];
  /** What is written there. */
  mark: "." | ",";
  /** The number of a word from zero to nine; −1 for others. */
  digit(word: string): number;
  /** The number these words begin with, the longest there is; null for none. */
  cardinal(words: string[]): Value | null;
}

/** What numbers are made of in a language where nearly each has one way to be said. */
export interface Parts {
  /** Each way to say a number below a thousand: words with spaces between them. */
  small: Map<string, number>;
  /** What a thousand is called, and what millions are. */
  thousand: string;
  millions: string[];
}

/** Words of the longest number below a thousand, and of the longest there is. */
const LONGEST_SMALL = 8;
const LONGEST = 24;

/**
 * The number that words begin with: millions, thousands and the rest. A hundred or a thousand alone is
 * none: “pour cent”, “por ciento”, “mil gracias”.
 */
export function cardinalOf(words: string[], parts: Parts): Value | null {
  const said = words.slice(0, LONGEST);
  const millions = before(said, 0, parts.millions, parts);
  let at = millions?.length ?? 0;
  let value = (millions?.value ?? 0) * 1e6;
  const thousands = before(said, at, [parts.thousand], parts) ??
    (said[at] === parts.thousand ? { value: 1, length: 1 } : null);
  value += (thousands?.value ?? 0) * 1e3;
  at += thousands?.length ?? 0;
  const rest = smallAt(said, at, parts);
  // Zero joins nothing.
  if (rest && (at === 0 || rest.value > 0)) {
    value += rest.value;
    at += rest.length;
  }
  const isAlone = at === 1 && (value === 100 || value === 1_000);
  return at === 0 || isAlone ? null : { value, length: at };
}

/** A small number and one of these words behind it. */
function before(
  words: string[],
  at: number,
  names: string[],
  parts: Parts,
): Value | null {
  const small = smallAt(words, at, parts, names);
  return small && small.value > 0
    ? { value: small.value, length: small.length + 1 }
    : null;
}

function smallAt(
  words: string[],
  at: number,
  { small }: Parts,
  followed?: string[],
): Value | null {
  const most = Math.min(LONGEST_SMALL, words.length - at);
  for (let length = most; length > 0; length--) {
    const value = small.get(words.slice(at, at + length).join(" "));
    if (value === undefined) continue;
    if (!followed || followed.includes(words[at + length])) {
      return { value, length };
    }
  }
  return null;
}
