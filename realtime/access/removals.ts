import { AuthError, type Person } from "./tokens.ts";
import type { Removal } from "../log/log.ts";
import {
  endsSession,
  isFromBefore,
  type SignOut,
  toSignOut,
} from "./sign-outs.ts";

/** Milliseconds a removal is remembered: longer than any token lives. */
export const REMOVAL_MEMORY = 600_000;

/** As the id of a person: all of them. The room has ended. */
export const EVERYONE = "*";

/**
 * Who was lately taken out of a room or signed out. A token says who was a member, and
 * signed in, when it was issued; one issued before must not let the person back in.
 */
export class Removals {
  readonly #at = new Map<string, number>();
  /** By person, and by what tells repeated ones apart. */
  readonly #signOuts = new Map<string, Map<string, SignOut>>();

  hear(removal: Removal): void {
    const signOut = toSignOut(removal);
    if (signOut) {
      const known = this.#signOuts.get(signOut.userId) ?? new Map();
      this.#signOuts.set(signOut.userId, known.set(removal.userId, signOut));
      return;
    }
    const { roomId, userId, removed, at } = removal;
    // Whoever is let in again gets a new token, and an old one may be of another role.
    if (removed) this.#at.set(`${roomId}\0${userId}`, at);
  }

  /** Whether the session of this person's token has ended. */
  signedOut(person: Person): boolean {
    const signOuts = this.#signOuts.get(person.id);
    return signOuts !== undefined &&
      [...signOuts.values()].some((signOut) => endsSession(signOut, person));
  }

  /**
   * Lets in the person a token speaks for, as {@link apply} has it.
   *
   * @throws {AuthError} `session-ended` once they are signed out.
   */
  admit(person: Person): Person {
    if (!this.signedOut(person)) return this.apply(person);
    throw new AuthError("session-ended", "You are signed out; sign in again.");
  }

  /**
   * Takes the rooms the person was removed from, after the token was issued, out of it; all
   * of them once they are signed out.
   */
  apply(person: Person): Person {
    if (this.signedOut(person)) person.rooms.clear();
    for (const roomId of person.rooms.keys()) {
      const isOut = [person.id, EVERYONE].some((userId) => {
        const at = this.#at.get(`${roomId}\0${userId}`);
        return at !== undefined && isFromBefore(person, at);
      });
      if (isOut) person.rooms.delete(roomId);
    }
    return person;
  }

  /** Forgets what no living token can contradict. */
  forget(now = Date.now()): void {
    for (const [key, at] of this.#at) {
      if (at < now - REMOVAL_MEMORY) this.#at.delete(key);
    }
    for (const [userId, signOuts] of this.#signOuts) {
      for (const [key, { at }] of signOuts) {
        if (at < now - REMOVAL_MEMORY) signOuts.delete(key);
      }
      if (signOuts.size === 0) this.#signOuts.delete(userId);
    }
  }
}
