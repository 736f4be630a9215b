import {
  createRemoteJWKSet,
  errors,
  type JWTPayload,
  jwtVerify,
  type JWTVerifyGetKey,
} from "jose";
import type { Sender } from "../protocol.ts";

/** A person, as their token says. */
export interface Person {
  id: string;
  /** The same object for as long as the token is used. */
  sender: Sender;
  /** As it came: web is asked with it on the person's behalf. */
  token: string;
  /** The session on web the token was made for; a token may name none. */
  sid?: string;
  /** Seconds since the Unix epoch, as in the token (RFC 7519 §4.1.6). */
  issuedAt: number;
  /** Milliseconds since the Unix epoch. */
  expiresAt: number;
}

/** Who a token speaks for: a person, or the web service itself. */
export type Identity =
  | { kind: "person"; person: Person }
  | { kind: "service" };

/** A token that is not good, or cannot be judged now (`retryable`). */
export class AuthError extends Error {
  override name = "AuthError";
  constructor(
    readonly code:
      | "token-invalid"
      | "token-expired"
      | "session-ended"
      | "keys-unavailable",
    message: string,
    readonly retryable = false,
  ) {
    super(message);
  }
}

export type Verify = (token: string) => Promise<Identity>;

/** Tokens that are remembered as good: some 700 bytes each. */
const MOST = 5_000;

/**
 * Verifies tokens for the audience `realtime` with web's published keys, which are
 * fetched when first needed, kept ten minutes, and asked for again at most every five
 * seconds when a token names an unknown key. A token that was good is good until it expires:
 * people's requests come many a token, and its signature costs more than what they ask for.
 *
 * @param webUrl where web is reached from here, if not at the address it issues tokens by.
 */
export function tokenVerifier(appUrl: string, webUrl = appUrl): Verify {
  const keys = createRemoteJWKSet(
    new URL("/.well-known/jwks.json", webUrl),
    { cacheMaxAge: 600_000, cooldownDuration: 5_000, timeoutDuration: 3_000 },
  );
  const good = new Map<string, Verified>();
  return async (token) => {
    const known = good.get(token);
    if (known && known.expiresAt > Date.now()) return known.identity;
    good.delete(token);
    const verified = await verify(token, appUrl, keys);
    good.set(token, verified);
    const [oldest] = good.keys();
    if (good.size > MOST && oldest !== undefined) good.delete(oldest);
    return verified.identity;
  };
}

interface Verified {
  identity: Identity;
  /** Milliseconds since the Unix epoch. */
  expiresAt: number;
}

async function verify(
  token: string,
  issuer: string,
  keys: JWTVerifyGetKey,
): Promise<Verified> {
  try {
    const { payload } = await jwtVerify(token, keys, {
      issuer,
      audience: "realtime",
      algorithms: ["EdDSA", "Ed25519"],
      requiredClaims: ["exp", "iat"],
    });
    const expiresAt = (payload.exp ?? 0) * 1000;
    return { identity: identity(payload, token), expiresAt };
  } catch (error) {
    throw authError(error);
  }
}

function authError(error: unknown): AuthError {
  if (error instanceof AuthError) return error;
  if (error instanceof errors.JWTExpired) {
    return new AuthError("token-expired", "The token ended; renew it.");
  }
  const judged = error instanceof errors.JOSEError &&
    !(error instanceof errors.JWKSTimeout) && error.code !== "ERR_JOSE_GENERIC";
  return judged ? invalid() : new AuthError(
    "keys-unavailable",
    "The sign-in service does not answer; try again in a moment.",
    true,
  );
}

const invalid = () =>
  new AuthError("token-invalid", "The token is not valid here; sign in again.");

function identity(payload: JWTPayload, token: string): Identity {
  if (payload.scope === "service" && payload.sub === undefined) {
    return { kind: "service" };
  }
  const { sub, name, sid, iat = 0, exp = 0 } = payload;
  if (typeof sub !== "string" || sub === "" || typeof name !== "string") {
    throw invalid();
  }
  if (sid !== undefined && typeof sid !== "string") throw invalid();
  const person: Person = {
    id: sub,
    sender: { id: sub, name },
    token,
    sid,
    issuedAt: iat,
    expiresAt: exp * 1000,
  };
  return { kind: "person", person };
}
