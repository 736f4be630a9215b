import { endsSession as isEnded } from "../common/session-end.ts";
import { AuthError, type Person } from "./tokens.ts";
import type { SessionsEnded } from "../protocol-http.ts";

/** Milliseconds a sign-out is remembered: longer than any token lives. */
export const SIGN_OUT_MEMORY = 600_000;

/** Sessions of a person that ended, and when. */
export interface SignOut extends SessionsEnded {
  /** Milliseconds since the Unix epoch. */
  at: number;
}

/** What tells a sign-out from others, as text. The log keeps it under this name. */
export function nameOf({ userId, sid, keep }: SessionsEnded): string {
  const which = new URLSearchParams({ userId });
  if (sid !== undefined) which.set("sid", sid);
  else if (keep !== undefined) which.set("keep", keep);
  return `${which}`;
}

/** The sign-out of a name of {@link nameOf}. */
export function fromName(name: string, at: number): SignOut {
  const which = new URLSearchParams(name);
  return {
    userId: which.get("userId") ?? "",
    sid: which.get("sid") ?? undefined,
    keep: which.get("keep") ?? undefined,
    at,
  };
}

/** Who signed out lately: their tokens live on, and must not let them in. */
export class SignOuts {
  /** By person, and by name. */
  readonly #people = new Map<string, Map<string, SignOut>>();

  hear(signOut: SignOut): void {
    const known = this.#people.get(signOut.userId) ?? new Map();
    this.#people.set(signOut.userId, known.set(nameOf(signOut), signOut));
  }

  /** Whether the session of this person's token has ended. */
  ended(person: Person): boolean {
    const signOuts = this.#people.get(person.id);
    return signOuts !== undefined &&
      [...signOuts.values()].some((signOut) => endsSession(signOut, person));
  }

  /**
   * Lets in the person a token speaks for.
   *
   * @throws {AuthError} `session-ended` once they are signed out.
   */
  admit(person: Person): Person {
    if (!this.ended(person)) return person;
    throw new AuthError("session-ended", "You are signed out; sign in again.");
  }

  /** Forgets what no living token can contradict. */
  forget(now = Date.now()): void {
    for (const [userId, signOuts] of this.#people) {
      for (const [name, { at }] of signOuts) {
        if (at < now - SIGN_OUT_MEMORY) signOuts.delete(name);
      }
      if (signOuts.size === 0) this.#people.delete(userId);
    }
  }
}

/**
 * Whether a sign-out ended the session a token was made for. Where it states whole seconds, a
 * token of the same second counts as older.
 */
const endsSession = (signOut: SignOut, person: Person): boolean =>
  signOut.userId === person.id && isEnded(signOut, person);
