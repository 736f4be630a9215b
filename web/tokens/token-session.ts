import { createLocalJWKSet, errors, jwtVerify } from "jose";
import {
  END_REMEMBERED_MS,
  endsSession,
  type SessionEnd,
} from "../../realtime/common/session-end.ts";
import type { SessionsEnded } from "../../realtime/protocol-http.ts";
import { keys as accountKeys } from "../accounts/store.ts";
import type { Config } from "../config.ts";
import type { Services } from "../services.ts";

/**
 * The sessions whose tokens may still be about. The services are told when they end; one that
 * has just started, or is another instance of the one that was told, asks here.
 *
 * | key | value | expires |
 * |---|---|---|
 * | `["session_ends", account id, random id]` | {@link SessionEnd} | 6 minutes |
 */
const keys = {
  end: (accountId: string, id: string) => ["session_ends", accountId, id],
  ends: (accountId: string) => ["session_ends", accountId],
};

/** Remembers that sessions ended, for as long as their tokens may be used. */
export async function rememberEnd(
  s: Pick<Services, "kv">,
  { userId, sid, keep }: SessionsEnded,
): Promise<void> {
  const end: SessionEnd = { sid, keep, at: Date.now() };
  const key = keys.end(userId, crypto.randomUUID());
  await s.kv.set(key, end, { expireIn: END_REMEMBERED_MS });
}

/**
 * Whether a token of a person works: it is one of ours, its account is there, and its session has
 * not ended.
 */
export async function works(
  s: Pick<Services, "kv" | "signer"> & { config: Pick<Config, "appUrl"> },
  token: string,
): Promise<boolean> {
  const verified = await jwtVerify(
    token,
    createLocalJWKSet(await s.signer.jwks()),
    {
      issuer: s.config.appUrl,
      audience: ["realtime", "transcriber"],
      algorithms: ["EdDSA", "Ed25519"],
      requiredClaims: ["exp", "sub", "iat"],
    },
  ).catch((error) => {
    if (error instanceof errors.JOSEError) return null;
    throw error;
  });
  if (verified === null) return false;
  const { sub = "", sid, iat: issuedAt = 0 } = verified.payload;
  const session = { sid: typeof sid === "string" ? sid : undefined, issuedAt };
  const { value: account } = await s.kv.get(accountKeys.account(sub));
  if (account === null) return false;
  const ends = s.kv.list<SessionEnd>({ prefix: keys.ends(sub) });
  for await (const { value } of ends) {
    if (endsSession(value, session)) return false;
  }
  return true;
}
