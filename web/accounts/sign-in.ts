import { AppError } from "../errors.ts";
import { checkCredentials, type Credentials } from "./check-password.ts";
import { addressProven } from "./confirm-address.ts";
import { checkEmailCode } from "./email-code.ts";
import { faceFirst, faceWasShown, mustShowFace } from "./face-first.ts";
import { checkFace, type LiveServices } from "./faces.ts";
import {
  createPendingLogin,
  endPendingLogin,
  findPendingLogin,
  loginExpired,
  returnFaceAttempt,
  takeFaceAttempt,
  usePendingLogin,
} from "./pending-logins.ts";
import { type IssuedToken, issueSession } from "./sessions.ts";
import { type PendingRecord, type Store, toAccount } from "./store.ts";
import type { Account } from "./types.ts";

async function finish(
  s: Store,
  pendingToken: string,
  pending: PendingRecord,
): Promise<IssuedToken> {
  await usePendingLogin(s, pendingToken);
  // The epoch of the first step: a password changed since then makes this session void.
  return await issueSession(s, pending.accountId, pending.epoch);
}

/** Who has passed the first step, and the token of the second. */
export interface FirstStep extends IssuedToken {
  account: Account;
}

/**
 * The first step: a pending login for an e-mail and its password.
 *
 * @throws {AppError} all that `checkCredentials` throws.
 */
export async function startSignIn(
  s: Store,
  credentials: Credentials,
): Promise<FirstStep> {
  const record = await checkCredentials(s, credentials);
  const pending = await createPendingLogin(s, record.id, record.epoch);
  return { ...pending, account: toAccount(record) };
}

/** What ends a try: pictures that cannot be judged do not. */
const FAILED = ["face-mismatch", "liveness-failed"];

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
  const pending = await takeFaceAttempt(s, pendingToken);
  try {
    await checkFace(s, pending.accountId, selfie, ip, turned);
  } catch (error) {
    const hasFailed = error instanceof AppError && FAILED.includes(error.code);
    if (!hasFailed) await returnFaceAttempt(s, pendingToken);
    else if (pending.faceAttemptsLeft < 1) {
      await endPendingLogin(s, pendingToken);
      throw loginExpired();
    }
    throw error;
  }
  const session = await finish(s, pendingToken, pending);
  await faceWasShown(s, pending.accountId, pending.epoch);
  return session;
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
  if (await mustShowFace(s, pending.accountId)) throw faceFirst();
  await checkEmailCode(s, pending.accountId, code);
  await addressProven(s, pending.accountId);
  return await finish(s, pendingToken, pending);
}
