import type { Role } from "../../realtime/protocol.ts";
import type { Services } from "../services.ts";

export interface Person {
  id: string;
  name: string;
}

interface Minted {
  token: string;
  /** Milliseconds since the Unix epoch. */
  expiresAt: number;
}

const SPARE_MS = 60_000;
const CAPACITY = 1_000;

/**
 * Mints people's tokens for realtime, and gives the same one again for the same person with the
 * same name and roles until a minute before it ends. The oldest is forgotten when there are many.
 */
export function tokenCache(signer: Services["signer"], capacity = CAPACITY) {
  const cache = new Map<string, Minted>();
  return async (
    person: Person,
    roles: Record<string, Role>,
  ): Promise<string> => {
    const key = JSON.stringify([
      person.id,
      person.name,
      Object.entries(roles).sort(([a], [b]) => a < b ? -1 : 1),
    ]);
    const known = cache.get(key);
    if (known && known.expiresAt - SPARE_MS > Date.now()) return known.token;
    const minted = await signer.personToken("realtime", person, roles);
    cache.delete(key);
    cache.set(key, minted);
    if (cache.size > capacity) {
      const [oldest] = cache.keys();
      cache.delete(oldest);
    }
    return minted.token;
  };
}
