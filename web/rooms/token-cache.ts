import type { Person, Services } from "../services.ts";

interface Minted {
  /** What it calls the person, to notice when that changes. */
  name: string;
  token: string;
  /** Milliseconds since the Unix epoch. */
  expiresAt: number;
}

const SPARE_MS = 60_000;
const CAPACITY = 1_000;

/** Gives people's tokens for realtime. */
export interface TokenCache {
  of(person: Person): Promise<string>;
  /** What was minted for a person is not given again. */
  forget(personId: string): void;
  /** A token that was refused is not given again; false if it was not kept here. */
  drop(token: string): boolean;
}

/**
 * Mints people's tokens for realtime, and gives the same one again for the same person with the
 * same name in the same session until a minute before it ends. The oldest is forgotten when there
 * are many.
 */
export function tokenCache(
  signer: Services["signer"],
  capacity = CAPACITY,
): TokenCache {
  const minted = new Map<string, Minted>();

  function keep(key: string, token: Minted): void {
    minted.delete(key);
    minted.set(key, token);
    if (minted.size <= capacity) return;
    const [oldest] = minted.keys();
    minted.delete(oldest);
  }

  return {
    async of(person) {
      const { name } = person;
      const key = keyOf(person.id, person.sid);
      const known = minted.get(key);
      const isGood = known?.name === name &&
        known.expiresAt - SPARE_MS > Date.now();
      if (isGood) return known.token;
      const issued = await signer.personToken("realtime", person);
      keep(key, { ...issued, name });
      return issued.token;
    },
    forget(personId) {
      for (const key of minted.keys()) {
        if (key.startsWith(keyOf(personId))) minted.delete(key);
      }
    },
    drop(token) {
      for (const [key, known] of minted) {
        if (known.token === token) return minted.delete(key);
      }
      return false;
    },
  };
}

const keyOf = (personId: string, sid = "") => `${personId}\n${sid}`;
