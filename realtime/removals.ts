import type { Person } from "./auth.ts";
import type { Removal } from "./log/log.ts";

/** Milliseconds a removal is remembered: longer than any token lives. */
export const REMOVAL_MEMORY = 600_000;

/** As the id of a person: all of them. The room has ended. */
export const EVERYONE = "*";

/**
 * Who was lately taken out of a room. A token says who was a member when it was issued;
 * one issued before the removal must not let the person back in.
 */
export class Removals {
  readonly #at = new Map<string, number>();

  hear({ roomId, userId, removed, at }: Removal): void {
    const key = `${roomId}\0${userId}`;
    if (removed) this.#at.set(key, at);
    else this.#at.delete(key);
  }

  /** Takes the rooms the person was removed from, after the token was issued, out of it. */
  apply(person: Person): Person {
    for (const roomId of person.rooms.keys()) {
      const at = this.#at.get(`${roomId}\0${person.id}`) ??
        this.#at.get(`${roomId}\0${EVERYONE}`);
      // A token states whole seconds: one of the same second may be the older.
      if (at !== undefined && person.issuedAt <= Math.floor(at / 1000)) {
        person.rooms.delete(roomId);
      }
    }
    return person;
  }

  /** Forgets what no living token can contradict. */
  forget(now = Date.now()): void {
    for (const [key, at] of this.#at) {
      if (at < now - REMOVAL_MEMORY) this.#at.delete(key);
    }
  }
}
