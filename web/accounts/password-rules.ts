import { COMMON_PASSWORDS } from "./common-passwords.ts";

const SHORTEST = 8;
const LONGEST = 128;

/**
 * UTF-16 code units past which a password or a name is not looked at any more: far beyond any that
 * is only badly spaced. Normalising can make one character of eighteen, or one of several, but
 * never 128 of so many.
 */
export const LONGEST_TRIED = 1_024;

/** Runs of neighbours: on the keyboard, in the alphabet, among the digits. */
const SEQUENCES = [
  "abcdefghijklmnopqrstuvwxyz",
  "0123456789",
  "qwertyuiop",
  "asdfghjkl",
  "zxcvbnm",
  "qwertzuiop",
  "azertyuiop",
].flatMap((row) => [row, row.split("").reverse().join("")]);

/**
 * The password as it is counted and hashed: Unicode can write one text in several ways, and
 * keyboards differ in which they use (NIST SP 800-63B-4 §3.1.1.2).
 */
export const normalisePassword = (password: string): string =>
  password.normalize("NFKC");

const isSequence = (text: string): boolean =>
  SEQUENCES.some((row) => row.repeat(2).includes(text));

/** Whether the text is one short piece over and over: "aaaaaaaa", "abcabcabc". */
const repeats = (text: string): boolean => /^(.{1,4})\1+$/u.test(text);

function isCommon(text: string): boolean {
  // "sunshine24!" is as easily guessed as "sunshine".
  const word = text.replace(/[^\p{L}]{1,4}$/u, "");
  return COMMON_PASSWORDS.has(text) || COMMON_PASSWORDS.has(word);
}

/** The words of a person's name and e-mail that a password must not be made of. */
function personalWords(person: { name: string; email: string }): string[] {
  const [local, domain = ""] = person.email.split("@");
  // The name of a company or a school, of which the last label says nothing.
  const labels = domain.split(".").slice(0, -1);
  const words = [person.email, local, ...local.split(/[^\p{L}\p{N}]+/u)]
    .concat(
      domain,
      labels,
      person.name.replace(/\s+/g, ""),
      person.name.split(/\s+/),
    );
  return words.map((word) => normalisePassword(word).toLowerCase())
    .filter((word) => word.length >= 3);
}

/** Whether hardly anything is left of the text without the person's own name and e-mail. */
function isPersonal(
  text: string,
  person: { name: string; email: string },
): boolean {
  const rest = personalWords(person)
    .sort((a, b) => b.length - a.length)
    .reduce((left, word) => left.replaceAll(word, ""), text);
  return rest !== text && rest.replace(/[^\p{L}\p{N}]/gu, "").length < 4;
}

const tooLong = (): string => `Use at most ${LONGEST} characters.`;

/**
 * What is wrong with a new password, as a sentence for the person; null when nothing is. Rules
 * as in NIST SP 800-63B-4: length counts, composition does not, guessable ones are refused.
 */
export function passwordProblem(
  password: string,
  person: { name: string; email: string },
): string | null {
  // Before anything is done with it: a megabyte of ligatures would take minutes and gigabytes.
  if (password.length > LONGEST_TRIED) return tooLong();
  const text = normalisePassword(password).toLowerCase();
  const length = [...text].length;
  if (length === 0) return "Choose a password.";
  if (length < SHORTEST) {
    return `Use at least ${SHORTEST} characters. A few words in a row work well.`;
  }
  if (length > LONGEST) return tooLong();
  if (isPersonal(text, person)) {
    return "Choose a password that is not based on your name or e-mail.";
  }
  if (repeats(text) || isSequence(text) || isCommon(text)) {
    return "This password is one of the first anyone would guess. Choose another.";
  }
  return null;
}
