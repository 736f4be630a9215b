import type { Role } from "../../realtime/protocol.ts";
import type { Services } from "../services.ts";

export interface Person {
  id: string;
  name: string;
}

interface Minted {
  /** What it says, to notice when that changes. */
  claims: string;
  token: string;
  /** Milliseconds since the Unix epoch. */
  expiresAt: number;
}

const SPARE_MS = 60_000;
const CAPACITY = 1_000;

/** Gives people's tokens for realtime. */
export interface TokenCache {
  of(person: Person, roles: Record<string, Role>): Promise<string>;
  /** What was minted for a person is not given again. */
  forget(personId: string): void;
}

/**
 * Mints people's tokens for realtime, and gives the same one again for the same person with the
 * same name and roles until a minute before it ends. The oldest is forgotten when there are many.
 */
export function tokenCache(
  signer: Services["signer"],
  capacity = CAPACITY,
): TokenCache {
  const minted = new Map<string, Minted>();

  function keep(personId: string, token: Minted): void {
    minted.delete(personId);
    minted.set(personId, token);
    if (minted.size <= capacity) return;
    const [oldest] = minted.keys();
    minted.delete(oldest);
  }

  return {
    async of(person, roles) {
      const claims = claimsOf(person, roles);
      const known = minted.get(person.id);
      const isGood = known?.claims === claims &&
        known.expiresAt - SPARE_MS > Date.now();
      if (isGood) return known.token;
      const issued = await signer.personToken("realtime", person, roles);
      keep(person.id, { ...issued, claims });
      return issued.token;
    },
    forget: (personId) => void minted.delete(personId),
  };
}

/** What a token says, as text: equal for equal tokens. */
const claimsOf = ({ name }: Person, roles: Record<string, Role>): string =>
  JSON.stringify([
    name,
    Object.entries(roles).sort(([a], [b]) => a < b ? -1 : 1),
  ]);
