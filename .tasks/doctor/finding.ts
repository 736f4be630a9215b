/** What a check of the configuration found. */
export interface Finding {
  /** `wrong` must be mended; `note` says what was not checked, or what to know. */
  level: "ok" | "note" | "wrong";
  /** The variable or service it is about. */
  about: string;
  /** What is so, and for `wrong` what to do. */
  sentence: string;
}

export type Env = Record<string, string | undefined>;

/** What a check may use besides the environment; tests give their own. */
export interface Circumstances {
  /** The services should be running: not reaching one is wrong then, and a note otherwise. */
  live: boolean;
  /** The variables that are meant for us; other programs read the rest of the environment. */
  given: string[];
  /** The text of the file they were read from. */
  lines?: string;
  /** Packages of the speech recogniser that are not installed. */
  missingRecognizer(): Promise<string[]>;
}

export type Check = (env: Env, about: Circumstances) => Promise<Finding[]>;

const make = (level: Finding["level"]) =>
(
  about: string,
  sentence: string,
): Finding => ({ level, about, sentence });

export const ok = make("ok");
export const note = make("note");
export const wrong = make("wrong");

/** The text of a variable; an empty one counts as unset. */
export const text = (env: Env, name: string): string | undefined =>
  env[name]?.trim() || undefined;

/** Words as a sentence: with a full stop, unless they have an end. */
export const ended = (words: string): string =>
  /[.!?]$/.test(words) ? words : `${words}.`;

/**
 * Ends a wait that has no end of its own.
 * @throws {DOMException} TimeoutError after `ms`
 */
export async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new DOMException("no answer in time", "TimeoutError")),
      ms,
    );
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** What a person is told of an error: its own words, which may still hold a secret. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return "unknown";
  const code = "code" in error && typeof error.code === "string"
    ? `${error.code}: `
    : "";
  const message = error.message || error.name;
  return (message.startsWith(code) ? message : code + message).split("\n")[0]
    .replace(/[.\s]+$/, "");
}
