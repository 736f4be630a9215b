/**
 * What an authenticator is asked to sign: made for one purpose and one browser at one address, and
 * good once, for five minutes (WebAuthn Level 3 §13.4.3).
 */
import { isToken, randomToken, sha256 } from "../secrets.ts";
import { type ChallengeRecord, keys, type Store } from "../store.ts";
import type { Site } from "./site.ts";

export const CHALLENGE_MS = 5 * 60 * 1000;

/** What a challenge may be answered for. */
export interface ChallengeUse {
  purpose: ChallengeRecord["purpose"];
  /** The secret of the session, the pending login or the browser it was made for. */
  boundTo: string;
  site: Site;
}

/** A challenge for one use, in base64url. */
export async function issueChallenge(
  s: Store,
  { purpose, boundTo, site }: ChallengeUse,
): Promise<string> {
  const challenge = randomToken();
  const record: ChallengeRecord = {
    purpose,
    boundTo: await sha256(boundTo),
    ...site,
    expiresAt: Date.now() + CHALLENGE_MS,
  };
  await s.kv.set(keys.challenge(await sha256(challenge)), record, {
    expireIn: CHALLENGE_MS,
  });
  return challenge;
}

/** Uses a challenge up. Whether it was one for this use; of several at once one gets true. */
export async function takeChallenge(
  s: Store,
  challenge: string,
  { purpose, boundTo, site }: ChallengeUse,
): Promise<boolean> {
  if (!isToken(challenge)) return false;
  const key = keys.challenge(await sha256(challenge));
  const entry = await s.kv.get<ChallengeRecord>(key);
  if (entry.value === null) return false;
  const { ok } = await s.kv.atomic().check(entry).delete(key).commit();
  const record = entry.value;
  return ok && record.expiresAt > Date.now() && record.purpose === purpose &&
    record.boundTo === await sha256(boundTo) &&
    record.origin === site.origin && record.rpId === site.rpId;
}
