import type { SpokenWord } from "../../../realtime/protocol.ts";

/** A word of a text, by its first character and the one after it, and when it is said: ms. */
export interface TimedWord {
  from: number;
  to: number;
  at: number;
}

/** Pairs of words that are compared at most: a moment's work, on a phone, too. */
const MOST_PAIRS = 1_000_000;

const segmenter = globalThis.Intl?.Segmenter &&
  new Intl.Segmenter(undefined, { granularity: "word" });

/** The words of a text, also of one that has no spaces between them. */
function wordsIn(text: string): { word: string; from: number }[] {
  const found = segmenter
    ? [...segmenter.segment(text)].filter(({ isWordLike }) => isWordLike)
      .map(({ segment, index }) => ({ word: segment, from: index }))
    : [...text.matchAll(/[\p{L}\p{N}'’]+/gu)]
      .map(({ 0: word, index }) => ({ word, from: index }));
  return found.map(({ word, from }) => ({ word: word.toLowerCase(), from }));
}

/** The same of what was heard, with its times. */
const heardIn = (words: SpokenWord[]) =>
  words.flatMap(([heard, from, to]) =>
    wordsIn(heard).map(({ word, from: at }) => ({
      word,
      at: from + (to - from) * at / heard.length,
    }))
  );

/**
 * When each word of a text is said, of a recording in which these words were heard. Words that were
 * corrected are somewhere between those that stayed.
 *
 * @param ms how long the recording is
 */
export function timesOf(
  text: string,
  words: SpokenWord[],
  ms: number,
): TimedWord[] {
  const said = wordsIn(text);
  const heard = heardIn(words);
  const known = new Map(
    matches(said.map(({ word }) => word), heard.map(({ word }) => word))
      .map(([i, j]) => [i, heard[j].at]),
  );
  const timed: TimedWord[] = [];
  let before = { from: 0, at: 0 }, next = 0;
  said.forEach(({ word, from }, i) => {
    let at = known.get(i);
    if (at === undefined) {
      // It only moves on: looked for anew each time, it would take the square of the words.
      next = Math.max(next, i);
      while (next < said.length && !known.has(next)) next++;
      const after = next === said.length
        ? { from: text.length, at: ms }
        : { from: said[next].from, at: known.get(next)! };
      const part = (from - before.from) / (after.from - before.from || 1);
      at = before.at + (after.at - before.at) * part;
    }
    before = { from, at };
    timed.push({ from, to: from + word.length, at });
  });
  return timed;
}

/** The longest common subsequence of two lists, as pairs of places. */
function matches(a: string[], b: string[]): [number, number][] {
  let start = 0;
  while (start < Math.min(a.length, b.length) && a[start] === b[start]) start++;
  let end = 0;
  while (
    end < Math.min(a.length, b.length) - start &&
    a[a.length - 1 - end] === b[b.length - 1 - end]
  ) end++;
  const pairs: [number, number][] = [];
  for (let i = 0; i < start; i++) pairs.push([i, i]);
  const [rows, columns] = [a.length - start - end, b.length - start - end];
  if (rows > 0 && columns > 0 && rows * columns <= MOST_PAIRS) {
    pairs.push(...between(a, b, { start, rows, columns }));
  }
  for (let i = end; i > 0; i--) pairs.push([a.length - i, b.length - i]);
  return pairs;
}

/** The same of what is left between a common beginning and a common end. */
function between(
  a: string[],
  b: string[],
  { start, rows, columns }: { start: number; rows: number; columns: number },
): [number, number][] {
  const width = columns + 1;
  const length = new Uint16Array((rows + 1) * width);
  for (let i = rows - 1; i >= 0; i--) {
    for (let j = columns - 1; j >= 0; j--) {
      const at = i * width + j;
      length[at] = a[start + i] === b[start + j]
        ? length[at + width + 1] + 1
        : Math.max(length[at + width], length[at + 1]);
    }
  }
  const pairs: [number, number][] = [];
  for (let i = 0, j = 0; i < rows && j < columns;) {
    const at = i * width + j;
    if (a[start + i] === b[start + j]) pairs.push([start + i++, start + j++]);
    else if (length[at + width] >= length[at + 1]) i++;
    else j++;
  }
  return pairs;
}
