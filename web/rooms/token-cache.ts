import type { IssuedToken } from "../accounts/sessions.ts";
import { madeFrom } from "../made-from.ts";
import type { Person, Services } from "../services.ts";

interface Minted {
  /** What it calls the person, to notice when that changes. */
  name: string;
  issued: Promise<IssuedToken>;
  /** Once it is signed. */
  signed?: IssuedToken;
  /** Milliseconds since the Unix epoch. */
  mintedAt: number;
}

const SPARE_MS = 60_000;
/** How old a token may be that goes out with a page, which lives from it for as long as it can. */
const PAGE_MS = 2 * 60_000;
/** Some 700 bytes each. */
const CAPACITY = 5_000;

/** Gives people's tokens for realtime. */
export interface TokenCache {
  /** One for a call of ours. */
  of(person: Person): Promise<string>;
  /** The same, where it need not be waited for. */
  ready(person: Person): string | undefined;
  /** One for a page of theirs; `expiresAt` in milliseconds since the Unix epoch. */
  forPage(person: Person): Promise<IssuedToken>;
  /** Web's own, for a call that many make. */
  ofWeb(): Promise<string>;
  /** What was minted for a person is not given again. */
  forget(personId: string): void;
  /** A token that was refused is not given again; false if it was not kept here. */
  drop(token: string): boolean;
}

/** Whether a token is good for as long as a call may take. */
const isLong = ({ expiresAt }: IssuedToken): boolean =>
  expiresAt - SPARE_MS > Date.now();

/**
 * Mints people's tokens for realtime, and gives the same one again for the same person with the
 * same name in the same session: to calls until a minute before it ends, to pages while it is new.
 * The oldest is forgotten when there are many.
 */
export function tokenCache(
  signer: Services["signer"],
  capacity = CAPACITY,
): TokenCache {
  const minted = new Map<string, Minted>();
  let own: { token: Promise<string>; mintedAt: number } | undefined;

  function mint(key: string, person: Person): Promise<IssuedToken> {
    const issued = signer.personToken("realtime", person);
    const fresh: Minted = {
      name: person.name,
      issued,
      mintedAt: Date.now(),
    };
    minted.delete(key);
    minted.set(key, fresh);
    issued.then(
      (token) => fresh.signed = token,
      () => minted.get(key) === fresh && minted.delete(key),
    );
    if (minted.size > capacity) {
      const [oldest] = minted.keys();
      minted.delete(oldest);
    }
    return issued;
  }

  async function take(
    person: Person,
    isGood: (issued: IssuedToken, mintedAt: number) => boolean,
  ): Promise<IssuedToken> {
    const key = keyOf(person.id, person.sid);
    for (;;) {
      const known = minted.get(key);
      if (known?.name !== person.name) return await mint(key, person);
      const issued = await known.issued;
      // It was forgotten or replaced while it was being signed.
      if (minted.get(key) !== known) continue;
      if (isGood(issued, known.mintedAt)) return issued;
      return await mint(key, person);
    }
  }

  return {
    async of(person) {
      return (await take(person, isLong)).token;
    },
    ready({ id, sid, name }) {
      const known = minted.get(keyOf(id, sid));
      const signed = known?.name === name ? known.signed : undefined;
      return signed && isLong(signed) ? signed.token : undefined;
    },
    async forPage(person) {
      const until = Date.now() + PAGE_MS;
      let mintedAt = 0;
      const issued = await take(person, (_, at) => {
        mintedAt = at;
        return Date.now() - at < PAGE_MS;
      });
      // A new one was minted after this was asked for.
      madeFrom()?.until(mintedAt ? mintedAt + PAGE_MS : until);
      return issued;
    },
    async ofWeb() {
      const now = Date.now();
      if (!own || now - own.mintedAt > PAGE_MS) {
        own = { token: signer.serviceToken("realtime"), mintedAt: now };
      }
      const mine = own;
      try {
        return await mine.token;
      } catch (error) {
        if (own === mine) own = undefined;
        throw error;
      }
    },
    forget(personId) {
      for (const key of minted.keys()) {
        if (key.startsWith(keyOf(personId))) minted.delete(key);
      }
    },
    drop(token) {
      for (const [key, known] of minted) {
        if (known.signed?.token === token) return minted.delete(key);
      }
      return false;
    },
  };
}

const keyOf = (personId: string, sid = "") => `${personId}\n${sid}`;

const caches = new WeakMap<Services["signer"], TokenCache>();

/** The one {@link tokenCache} of a signer: a page goes out with the token it was made with. */
export const tokensOf = (signer: Services["signer"]): TokenCache =>
  caches.getOrInsertComputed(signer, () => tokenCache(signer));
