const MARKS = ".,;:!?…\n";

/** Where the marks behind a word begin; from its end, for there may be many within it. */
function end(word: string): number {
  let at = word.length;
  while (at > 0 && MARKS.includes(word[at - 1])) at--;
  return at;
}

/** A word without capitals and the marks behind it: what is compared. */
export const bare = (word: string): string =>
  word.slice(0, end(word)).toLowerCase();

/** The marks behind a word. */
export const ending = (word: string): string => word.slice(end(word));
