import { timingSafeEqual } from "node:crypto";
import { createRemoteJWKSet, errors, type JWTPayload, jwtVerify } from "jose";
import type { Config } from "../config/config.ts";
import { ApiError } from "../http/errors.ts";
import { SessionCheck, signedOut, webDown } from "./session-check.ts";
import { type Session, SignOuts } from "./sign-outs.ts";
import { type Wishes, wishesIn } from "../text/wishes.ts";

/** Who is asking. `id` is unique over all kinds and safe to log and to store with a clip. */
export interface Caller {
  kind: "person" | "service" | "program";
  id: string;
  /** The session of a person. */
  session?: Session;
  /** How they want their text written, as web knows it. */
  writing?: Wishes;
  /**
   * The id under which web, who sends it in their name, has a recording kept, so that it can have it
   * deleted where the answer is lost. Nobody else chooses one.
   */
  clip?: string;
}

export interface Auth {
  /** The sessions that have ended, whose tokens are refused. */
  readonly signOuts: SignOuts;
  /**
   * Whose credential this is: a token web signed, or one of TRANSCRIBER_KEYS.
   * @throws {ApiError} 401 `token-missing`, `token-expired`, `token-invalid`, `signed-out`; 503
   * `web-down`
   */
  verify(credential: string | null): Promise<Caller>;
}

/** The credential of an `Authorization: Bearer …` header (RFC 6750 §2.1), or null. */
export function bearer(headers: Headers): string | null {
  return /^Bearer +(\S+)$/i.exec(headers.get("authorization") ?? "")?.[1] ??
    null;
}

/** Verifies tokens against web's published keys, which are fetched when first needed and cached. */
export function createAuth(
  config: Pick<Config, "appUrl" | "webUrl" | "keys">,
  signOuts = new SignOuts(),
): Auth {
  const jwks = createRemoteJWKSet(
    new URL("/.well-known/jwks.json", config.webUrl ?? config.appUrl),
    { timeoutDuration: 3_000, cooldownDuration: 10_000 },
  );
  const check = new SessionCheck(config.webUrl ?? config.appUrl);
  const digests = Promise.all(config.keys.map(digest));

  async function verifyToken(token: string): Promise<Caller> {
    try {
      const { payload } = await jwtVerify(token, jwks, {
        issuer: config.appUrl,
        audience: "transcriber",
        algorithms: ["EdDSA", "Ed25519"],
        requiredClaims: ["exp"],
        clockTolerance: 5,
      });
      return callerOf(payload);
    } catch (error) {
      throw tokenError(error);
    }
  }

  return {
    signOuts,
    async verify(credential) {
      if (!credential) {
        throw new ApiError({
          code: "token-missing",
          status: 401,
          message: "Sign in first: send a token as “Authorization: Bearer …”.",
        });
      }
      const program = await matchKey(credential, await digests);
      const caller = program ?? await verifyToken(credential);
      assertSignedIn(signOuts, caller);
      if (caller.session) {
        await check.assertLives(credential, caller.session);
        assertSignedIn(signOuts, caller); // it may have ended while web was asked
      }
      return caller;
    },
  };
}

/** @throws {ApiError} 401 `signed-out` once the session of this caller has ended */
export function assertSignedIn(signOuts: SignOuts, { session }: Caller): void {
  if (session === undefined || !signOuts.has(session)) return;
  throw signedOut();
}

/** @throws {ApiError} 403 `service-only` for everybody but web */
export function assertService({ kind }: Caller): void {
  if (kind === "service") return;
  throw new ApiError({
    code: "service-only",
    status: 403,
    message: "Only the web service may ask for this.",
  });
}

function callerOf(payload: JWTPayload): Caller {
  if (payload.scope === "service") return { kind: "service", id: "service" };
  const { sub: userId, sid, iat: issuedAt = 0, clip } = payload;
  if (userId) {
    const session = {
      userId,
      sid: typeof sid === "string" ? sid : undefined,
      issuedAt,
    };
    const writing = wishesIn(payload.dictation);
    return {
      kind: "person",
      id: `person:${userId}`,
      session,
      ...(writing && { writing }),
      ...(typeof clip === "string" && { clip }),
    };
  }
  throw new errors.JWTClaimValidationFailed("no subject", payload, "sub");
}

async function digest(text: string): Promise<Uint8Array> {
  const bytes = new TextEncoder().encode(text);
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}

// Digests have one length, and every key is compared: time tells neither length nor position.
async function matchKey(
  credential: string,
  digests: Uint8Array[],
): Promise<Caller | null> {
  const given = await digest(credential);
  let found: Caller | null = null;
  for (const known of digests) {
    if (timingSafeEqual(given, known)) {
      found = {
        kind: "program",
        id: `program:${known.toHex().slice(0, 12)}`,
      };
    }
  }
  return found;
}

function tokenError(cause: unknown): ApiError {
  if (cause instanceof errors.JWTExpired) {
    return new ApiError({
      code: "token-expired",
      status: 401,
      message: "Your sign-in ran out. Reload the page and try again.",
      cause,
    });
  }
  // jose wraps neither a refused connection nor an unexpected answer in one class of its own:
  // what is not a verdict about the token is trouble in reaching web.
  const unreachable = cause instanceof errors.JWKSTimeout ||
    !(cause instanceof errors.JOSEError) ||
    cause.code === "ERR_JOSE_GENERIC" || cause instanceof errors.JWKSInvalid;
  if (unreachable) {
    return webDown(cause);
  }
  return new ApiError({
    code: "token-invalid",
    status: 401,
    message: "This token is not valid here. Sign in again.",
    cause,
  });
}
