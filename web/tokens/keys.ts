/**
 * The signing keys in KV: `["signing_keys"]` holds a list of {@link SigningKey}, newest first.
 * Every instance reads the same list, whoever made it.
 */
import {
  calculateJwkThumbprint,
  exportJWK,
  generateKeyPair,
  type JWK,
} from "jose";

export interface SigningKey {
  /** The RFC 7638 thumbprint of the public key. */
  kid: string;
  /** The private key. */
  jwk: JWK;
  /** Milliseconds since the Unix epoch. */
  createdAt: number;
}

const LIST = ["signing_keys"];

/** A new key is published this long before it signs: instances and verifiers cache the list. */
export const PUBLISHED_FIRST_MS = 10 * 60 * 1000;
/** How long a key stays published after the next one was made. */
export const PUBLISHED_AFTER_MS = 24 * 60 * 60 * 1000;

/** A private Ed25519 JWK with the id others know its public half by. */
export async function toKey(jwk: JWK, createdAt: number): Promise<SigningKey> {
  return { kid: await calculateJwkThumbprint(jwk), jwk, createdAt };
}

async function makeKey(): Promise<SigningKey> {
  const { privateKey } = await generateKeyPair("EdDSA", {
    crv: "Ed25519",
    extractable: true,
  });
  return await toKey(await exportJWK(privateKey), Date.now());
}

/** The keys, newest first; makes the first one. Instances that start together agree on it. */
export async function readKeys(kv: Deno.Kv): Promise<SigningKey[]> {
  for (;;) {
    const entry = await kv.get<SigningKey[]>(LIST);
    if (entry.value !== null) return entry.value;
    const list = [await makeKey()];
    const { ok } = await kv.atomic().check(entry).set(LIST, list).commit();
    if (ok) return list;
  }
}

/**
 * Adds a new key. It signs once everyone has had time to learn it; the present one stays
 * published until its last token is long past.
 */
export async function rotateKeys(kv: Deno.Kv): Promise<void> {
  await readKeys(kv);
  const entry = await kv.get<SigningKey[]>(LIST);
  const old = entry.value ?? [];
  const now = Date.now();
  const kept = old.filter((_, index) =>
    index === 0 || now - old[index - 1].createdAt < PUBLISHED_AFTER_MS
  );
  const list = [await makeKey(), ...kept];
  // When this loses to another rotation, that one has just added a new key: enough.
  await kv.atomic().check(entry).set(LIST, list).commit();
}

/** A key signs for so long: whoever got hold of one has it for a month, and not for good. */
export const KEY_LIFE_MS = 30 * 24 * 60 * 60 * 1000;

/** Rotates the keys once the newest is a month old; whether it did. */
export async function rotateWhenDue(kv: Deno.Kv): Promise<boolean> {
  const [newest] = await readKeys(kv);
  const isDue = Date.now() - newest.createdAt >= KEY_LIFE_MS;
  if (isDue) await rotateKeys(kv);
  return isDue;
}

/** The key that signs: the newest that has been published long enough, or else the oldest. */
export function keyInUse(list: SigningKey[]): SigningKey {
  const known = list.find(({ createdAt }) =>
    Date.now() - createdAt >= PUBLISHED_FIRST_MS
  );
  return known ?? list[list.length - 1];
}

/** The public halves, as a JWKS lists them (RFC 7517 §4). */
export const publicKeys = (list: SigningKey[]): JWK[] =>
  list.map(({ kid, jwk: { kty, crv, x } }) => ({
    kty,
    crv,
    x,
    kid,
    alg: "EdDSA",
    use: "sig",
  }));
