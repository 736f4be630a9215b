/** Signing in, and up, with a passkey. */
import { networkOf } from "../../../realtime/common/network.ts";
import { limit, returnAttempt, takeAttempt } from "../attempts.ts";
import { noteSignIn } from "../factors.ts";
import { generationOf } from "../generations.ts";
import { findPendingLogin, loginExpired } from "../pending-logins.ts";
import { type IssuedToken, issueSession } from "../sessions.ts";
import { finish, tryIn } from "../sign-in.ts";
import {
  type AccountRecord,
  isOver,
  type PasskeyRecord,
  readRecord,
  type Store,
} from "../store.ts";
import type { ChallengeUse } from "./challenges.ts";
import { passkeyRefused } from "./errors.ts";
import { addPasskey, notePasskeyUse, passkeysAt } from "./passkeys.ts";
import type { Site } from "./site.ts";
import {
  type Assertion,
  readAssertion,
  verifyAssertion,
  verifyNew,
} from "./verify.ts";

const byNetwork = (ip: string) => limit("passkey-network", networkOf(ip));

/** The one of an account's passkeys at this site that an answer is of; undefined: none is. */
function passkeyOf(
  record: AccountRecord | null,
  { id, accountId }: Assertion,
  { rpId }: Site,
): PasskeyRecord | undefined {
  if (record === null || isOver(record)) return undefined;
  if (accountId !== undefined && accountId !== record.id) return undefined;
  return passkeysAt(record, rpId).find((one) => one.id === id);
}

/**
 * The second step with a passkey: a session for a pending login. The login ends with the fifth
 * answer that is refused.
 *
 * @param answer the authenticator's, as JSON.
 * @throws {AppError} `passkey-refused` (401): try again; `login-expired` (401): start again with
 * the password.
 */
export async function signInWithPasskey(
  s: Store,
  pendingToken: string,
  answer: string,
  site: Site,
): Promise<IssuedToken> {
  const use: ChallengeUse = {
    purpose: "second-step",
    boundTo: pendingToken,
    site,
  };
  const pending = await tryIn(s, pendingToken, async ({ accountId }) => {
    const assertion = readAssertion(answer);
    const record = await readRecord(s.kv, accountId);
    const passkey = passkeyOf(record, assertion, site);
    if (!passkey) throw passkeyRefused();
    const counter = await verifyAssertion(s, assertion, passkey, use, {
      verified: false,
    });
    await notePasskeyUse(s, accountId, passkey.id, counter);
  });
  return await finish(s, pendingToken, pending, "passkey");
}

/**
 * Signs in with a passkey and nothing else: its authenticator has made sure of the person, so it is
 * two factors by itself. The answer names the account; every refusal is the same.
 *
 * @param browser the secret of the browser the challenge was made for.
 * @throws {AppError} `passkey-refused` (401); `too-many-attempts` (429).
 */
export async function signInWithPasskeyAlone(
  s: Store,
  { answer, browser, site, ip }: {
    answer: string;
    browser: string;
    site: Site;
    ip: string;
  },
): Promise<IssuedToken & { accountId: string }> {
  await takeAttempt(s, byNetwork(ip));
  const assertion = readAssertion(answer);
  const record = await readRecord(s.kv, assertion.accountId ?? "");
  const passkey = passkeyOf(record, assertion, site);
  if (record === null || !passkey) throw passkeyRefused();
  const use: ChallengeUse = { purpose: "sign-in", boundTo: browser, site };
  const counter = await verifyAssertion(s, assertion, passkey, use, {
    verified: true,
  });
  const accountId = record.id;
  const generation = generationOf(record);
  await notePasskeyUse(s, accountId, passkey.id, counter);
  const session = await issueSession(s, accountId, generation);
  const { token } = session;
  await noteSignIn(s, { accountId, generation, factor: "passkey", token });
  await returnAttempt(s, byNetwork(ip));
  return { ...session, accountId };
}

/**
 * Adds the first passkey of an account that was made a moment ago, and signs it in.
 *
 * @throws {AppError} `login-expired` (401): the account is there, and signs in with a code by e-mail;
 * `passkey-refused` (401).
 */
export async function signUpWithPasskey(
  s: Store,
  pendingToken: string,
  { answer, name, site }: { answer: string; name: string; site: Site },
): Promise<IssuedToken> {
  const found = await findPendingLogin(s, pendingToken);
  if (!found?.isNew) throw loginExpired();
  const use: ChallengeUse = { purpose: "sign-up", boundTo: pendingToken, site };
  const pending = await tryIn(s, pendingToken, async ({ accountId }) => {
    const passkey = await verifyNew(s, answer, use);
    await addPasskey(s, accountId, { ...passkey, name }, { onlyFirst: true });
  });
  return await finish(s, pendingToken, pending, "passkey");
}
