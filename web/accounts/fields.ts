import { cleanName } from "../clean-name.ts";
import { AppError } from "../errors.ts";
import { newEmailKey } from "./email.ts";
import { LONGEST_TRIED, passwordProblem } from "./password-rules.ts";

/** Characters of a name, which is also what the forms let people type. */
export const LONGEST_NAME = 80;
export const MOST_SELFIES = 3;

/** What a registration form or request brings. */
export interface Registration {
  name: string;
  email: string;
  password: string;
  /** Agreement to face matching: see consent.ts. */
  consent: boolean;
  /** One to three JPEG pictures of the same face. */
  selfies: Uint8Array[];
  /** The person stores no face, so neither pictures nor consent are needed. */
  withoutFace?: boolean;
  /** The address registrations are counted by; not counted without one. */
  ip?: string;
}

/** Names form fields and what is wrong with each. */
export function invalid(fields: Record<string, string>): AppError {
  const sentences = Object.values(fields);
  return new AppError({
    code: "invalid",
    status: 422,
    message: sentences.length === 1
      ? sentences[0]
      : "Some fields need to be fixed.",
    fields,
  });
}

/** The name as it is kept: see {@link cleanName}. */
export const normaliseName = cleanName;

/** Characters that no font has by agreement. */
const HIDDEN = /[\p{Co}\p{Cs}]/u;

/** What is wrong with a name, as a sentence; null when nothing is. */
export function nameProblem(name: string): string | null {
  const tooLong = `Use at most ${LONGEST_NAME} characters.`;
  if (name.length > LONGEST_TRIED) return tooLong;
  const text = normaliseName(name);
  if (text === "") return "Enter your name.";
  if ([...text].length > LONGEST_NAME) return tooLong;
  if (HIDDEN.test(text) || !/[\p{L}\p{N}]/u.test(text)) {
    return "Use a name with letters and no hidden characters.";
  }
  return null;
}

const emailProblem = (email: string): string | null => {
  if (email.trim() === "") return "Enter your e-mail address.";
  return newEmailKey(email) === null
    ? "Enter an e-mail address like ann@example.com."
    : null;
};

const selfieProblem = (selfies: Uint8Array[]): string | null => {
  if (selfies.length === 0) return "Take or choose a photo of your face.";
  return selfies.length > MOST_SELFIES
    ? `Send at most ${MOST_SELFIES} photos.`
    : null;
};

/** The fields of a registration that have something wrong with them, with what it is. */
export function registrationProblems(
  { name, email, password, consent, selfies, withoutFace }: Registration,
): Record<string, string> {
  const [badName, badEmail] = [nameProblem(name), emailProblem(email)];
  // What cannot be a name is not looked for in the password: it may have a million words.
  const person = { name: badName ? "" : name, email: badEmail ? "" : email };
  const problems = {
    name: badName,
    email: badEmail,
    password: passwordProblem(password, person),
    consent: consent || withoutFace
      ? null
      : "We can store your face only if you agree. Tick the box.",
    selfie: withoutFace ? null : selfieProblem(selfies),
  };
  const found = Object.entries(problems).filter(([, problem]) => problem);
  return Object.fromEntries(found) as Record<string, string>;
}
