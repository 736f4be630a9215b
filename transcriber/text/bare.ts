const MARKS = /[.,;:!?…\n]+$/;

/** A word without capitals and the marks behind it: what is compared. */
export const bare = (word: string): string =>
  word.replace(MARKS, "").toLowerCase();

/** The marks behind a word. */
export const ending = (word: string): string => MARKS.exec(word)?.[0] ?? "";
