import { AppError } from "../errors.ts";
import { checkCredentials, type Credentials } from "./check-password.ts";
import { addressProven } from "./confirm-address.ts";
import { checkEmailCode } from "./email-code.ts";
import { refuseFaceFirst } from "./face-first.ts";
import { noteSignIn, usableFactors } from "./factors.ts";
import { checkFace, type LiveServices } from "./faces.ts";
import { generationOf } from "./generations.ts";
import {
  createPendingLogin,
  endPendingLogin,
  findPendingLogin,
  loginExpired,
  returnTry,
  takeTry,
  usePendingLogin,
} from "./pending-logins.ts";
import { type IssuedToken, issueSession } from "./sessions.ts";
import { type PendingRecord, type Store, toAccount } from "./store.ts";
import type { Account, Factor } from "./types.ts";

/**
 * Ends a sign-in in a session: every one but that with a passkey alone goes through here.
 *
 * @throws {AppError} `login-expired` (401): it was finished already.
 */
export async function finish(
  s: Store,
  pendingToken: string,
  pending: PendingRecord,
  factor: Factor,
): Promise<IssuedToken> {
  await usePendingLogin(s, pendingToken);
  const { accountId } = pending;
  // That of the first step: a password changed since then makes this session void.
  const generation = generationOf(pending);
  const session = await issueSession(s, accountId, generation);
  const { token } = session;
  const { isSignUp } = pending;
  await noteSignIn(s, { accountId, generation, factor, token, isSignUp });
  return session;
}

/** Who has passed the first step, and the token of the second. */
export interface FirstStep extends IssuedToken {
  account: Account;
  /** What to ask for, and what else would do: see {@link usableFactors}. */
  factors: Factor[];
}

/**
 * The first step: a pending login for an e-mail and its password.
 *
 * @param rpId the host the person came by, if passkeys work there.
 * @throws {AppError} all that `checkCredentials` throws.
 */
export async function startSignIn(
  s: Store,
  credentials: Credentials,
  rpId?: string,
): Promise<FirstStep> {
  const record = await checkCredentials(s, credentials);
  const pending = await createPendingLogin(s, record.id, {
    generation: generationOf(record),
  });
  const factors = usableFactors(record, rpId);
  return { ...pending, account: toAccount(record), factors };
}

/** What ends a try: pictures that cannot be judged do not. */
const FAILED = [
  "face-mismatch",
  "liveness-failed",
  "passkey-refused",
  "wrong-recovery-code",
];

/** Whether a face matched, but needs a code by e-mail beside it. */
export const isUnclear = (error: unknown): boolean =>
  error instanceof AppError && error.code === "face-unclear";

/**
 * The second step with a face: a session for a pending login. The login ends with the fifth face
 * that does not match or is not turned as asked. Of a face that matches, but not clearly, the login
 * stays: a code by e-mail ends it.
 *
 * @param turned the photo with the head turned, when liveness is on.
 * @throws {AppError} `login-expired` (401): start again with the password; all that `checkFace`
 * throws: try again.
 */
export async function signInWithFace(
  s: LiveServices,
  pendingToken: string,
  selfie: Uint8Array,
  ip: string,
  turned?: Uint8Array,
): Promise<IssuedToken> {
  const pending = await tryIn(
    s,
    pendingToken,
    ({ accountId }) => checkFace(s, accountId, selfie, ip, turned),
  );
  return await finish(s, pendingToken, pending, "face");
}

/**
 * Counts a try before it is made: the fifth that fails ends the pending login. Gives that.
 *
 * @throws {AppError} `login-expired` (401) then; else what `check` throws.
 */
export async function tryIn(
  s: Store,
  pendingToken: string,
  check: (pending: PendingRecord) => Promise<void>,
): Promise<PendingRecord> {
  const pending = await takeTry(s, pendingToken);
  try {
    await check(pending);
  } catch (error) {
    const hasFailed = error instanceof AppError && FAILED.includes(error.code);
    if (!hasFailed) await returnTry(s, pendingToken);
    else if (pending.faceAttemptsLeft < 1) {
      await endPendingLogin(s, pendingToken);
      throw loginExpired();
    }
    throw error;
  }
  return pending;
}

/**
 * The second step with a code by e-mail: a session for a pending login.
 *
 * @throws {AppError} `login-expired` (401): start again with the password; `face-first` (403)
 * after a password reset; all that `checkEmailCode` throws.
 */
export async function signInWithCode(
  s: Store,
  pendingToken: string,
  code: string,
): Promise<IssuedToken> {
  const pending = await findPendingLogin(s, pendingToken);
  if (pending === null) throw loginExpired();
  await refuseFaceFirst(s, pending.accountId);
  await checkEmailCode(s, pending.accountId, code);
  await addressProven(s, pending.accountId);
  return await finish(s, pendingToken, pending, "code");
}
