import { networkOf } from "../../../realtime/common/network.ts";
import {
  clearAttempts,
  limit,
  returnAttempt,
  takeAttempts,
} from "../attempts.ts";
import type { IssuedToken } from "../sessions.ts";
import { finish, tryIn } from "../sign-in.ts";
import type { Store } from "../store.ts";
import { useCode } from "./codes.ts";

const byAccount = (accountId: string) => limit("recovery", accountId);
const byNetwork = (ip: string) => limit("recovery-network", networkOf(ip));

/**
 * The second step with a recovery code: a session for a pending login, and how many codes are left.
 * The login ends with the fifth code that is wrong.
 *
 * @throws {AppError} `wrong-recovery-code` (401) with `fields.code`: try again; `login-expired`
 * (401): start again with the password; `too-many-attempts` (429).
 */
export async function signInWithRecoveryCode(
  s: Store,
  pendingToken: string,
  code: string,
  ip: string,
): Promise<IssuedToken & { left: number }> {
  let left = 0;
  const pending = await tryIn(s, pendingToken, async ({ accountId }) => {
    await takeAttempts(s, [byAccount(accountId), byNetwork(ip)]);
    left = await useCode(s, accountId, code);
    await clearAttempts(s, byAccount(accountId));
    await returnAttempt(s, byNetwork(ip));
  });
  const session = await finish(s, pendingToken, pending, "recovery");
  return { ...session, left };
}
