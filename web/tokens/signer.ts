import {
  createLocalJWKSet,
  errors,
  importJWK,
  type JSONWebKeySet,
  jwtVerify,
  SignJWT,
} from "jose";
import type { JWK } from "jose";
import {
  keyInUse,
  publicKeys,
  readKeys,
  type SigningKey,
  toKey,
} from "./keys.ts";

/** The services that accept our tokens: the `aud` claim. */
export type Audience = "realtime" | "transcriber";

/** How long a token works. */
export const TOKEN_SECONDS = 5 * 60;

/** Makes the tokens by which the other services know who somebody is. */
export interface Signer {
  /**
   * A five-minute token for a person in the session called `sid`; `expiresAt` in milliseconds
   * since the Unix epoch.
   * @param claims what else the service is told of them, in our name.
   */
  personToken(
    audience: Audience,
    account: { id: string; name: string; sid?: string },
    claims?: Record<string, unknown>,
  ): Promise<{ token: string; expiresAt: number }>;
  /** The id of the person such a token was made for; null unless it is good now. */
  personOf(audience: Audience, token: string): Promise<string | null>;
  /** A five-minute token for this service itself. */
  serviceToken(audience: Audience): Promise<string>;
  /** The public keys tokens are verified with, newest first (RFC 7517). */
  jwks(): Promise<JSONWebKeySet>;
}

/** How long a list of keys is used before it is read again. */
const KEYS_FRESH_MS = 60_000;

/**
 * Signs EdDSA JWTs (RFC 7519, RFC 8037) as `issuer`, the origin of APP_URL. The key is
 * `signingKey`, a private Ed25519 JWK, or else one made once and shared through KV.
 */
export async function createSigner(
  kv: Deno.Kv,
  { issuer, signingKey }: { issuer: string; signingKey?: JWK },
): Promise<Signer> {
  const given = signingKey && [await toKey(signingKey, 0)];
  let list: SigningKey[] = given ?? await readKeys(kv);
  let readAt = Date.now();

  const keys = async (): Promise<SigningKey[]> => {
    if (!given && Date.now() - readAt > KEYS_FRESH_MS) {
      list = await readKeys(kv);
      readAt = Date.now();
    }
    return list;
  };

  // To make a key usable takes as long as to sign with it.
  const usable = new WeakMap<JWK, ReturnType<typeof importJWK>>();
  const usableOf = (jwk: JWK) => {
    const known = usable.get(jwk) ?? importJWK(jwk, "EdDSA");
    usable.set(jwk, known);
    return known;
  };

  const sign = async (
    audience: Audience,
    claims: { sub?: string; [claim: string]: unknown },
  ) => {
    const { kid, jwk } = keyInUse(await keys());
    // With its fraction (RFC 7519 §2): what comes right after a removal or a sign-out is not
    // taken for what came right before.
    const issuedAt = Date.now() / 1000;
    const expires = Math.floor(issuedAt) + TOKEN_SECONDS;
    const token = await new SignJWT(claims)
      .setProtectedHeader({ alg: "EdDSA", kid, typ: "JWT" })
      .setIssuer(issuer)
      .setAudience(audience)
      .setIssuedAt(issuedAt)
      .setExpirationTime(expires)
      .setJti(crypto.randomUUID())
      .sign(await usableOf(jwk));
    return { token, expiresAt: expires * 1000 };
  };

  return {
    personToken: (audience, { id, name, sid }, claims) =>
      sign(audience, { ...claims, sub: id, name, sid }),
    serviceToken: async (audience) =>
      (await sign(audience, { scope: "service" })).token,
    personOf: async (audience, token) => {
      const jwks = createLocalJWKSet({ keys: publicKeys(await keys()) });
      try {
        const { payload } = await jwtVerify(token, jwks, {
          issuer,
          audience,
          algorithms: ["EdDSA"],
          requiredClaims: ["exp", "iat", "sub", "name"],
        });
        return payload.sub ?? null;
      } catch (error) {
        if (error instanceof errors.JOSEError) return null;
        throw error;
      }
    },
    jwks: async () => ({ keys: publicKeys(await keys()) }),
  };
}
