import { AppError } from "../errors.ts";
import { generationOf, isOfPresent } from "./generations.ts";
import { isToken, randomToken, sha256 } from "./secrets.ts";
import type { IssuedToken } from "./sessions.ts";
import {
  keys,
  noAccount,
  type PendingRecord,
  readRecord,
  type Store,
  untilCommitted,
} from "./store.ts";

/** How long the second step may take. */
export const PENDING_LOGIN_MS = 5 * 60 * 1000;
/** Faces, passkeys and recovery codes that may be wrong in one pending login. */
export const TRIES = 5;

/** What to throw when the second step comes without, or too late after, the first. */
export const loginExpired = (): AppError =>
  new AppError({
    code: "login-expired",
    status: 401,
    message: "Please sign in again with your e-mail and password.",
  });

/**
 * The state between the password and the second step. Its token opens nothing but that step.
 *
 * @param options.generation the account's when the password was compared, if not the present one: with
 * a password that was changed meanwhile the second step is void.
 * @param options.isNew the account was made a moment ago.
 * @param options.isSignUp it is the end of signing up.
 * @throws {AppError} `not-found` (404) when there is no such account.
 */
export async function createPendingLogin(
  s: Store,
  accountId: string,
  { generation, isNew, isSignUp }: {
    generation?: number;
    isNew?: true;
    isSignUp?: true;
  } = {},
): Promise<IssuedToken> {
  const record = await readRecord(s.kv, accountId);
  if (record === null) throw noAccount();
  const token = randomToken();
  const expiresAt = Date.now() + PENDING_LOGIN_MS;
  const pending: PendingRecord = {
    accountId,
    generation: generation ?? generationOf(record),
    expiresAt,
    faceAttemptsLeft: TRIES,
    ...(isNew ? { isNew } : {}),
    ...(isSignUp ? { isSignUp } : {}),
  };
  await s.kv.set(keys.pendingLogin(await sha256(token)), pending, {
    expireIn: PENDING_LOGIN_MS,
  });
  return { token, expiresAt };
}

async function readPending(s: Store, token: string) {
  if (!isToken(token)) return null;
  const key = keys.pendingLogin(await sha256(token));
  const entry = await s.kv.get<PendingRecord>(key);
  const pending = entry.value;
  if (pending === null || pending.expiresAt <= Date.now()) return null;
  if (pending.faceAttemptsLeft < 1) return null;
  const record = await readRecord(s.kv, pending.accountId);
  return isOfPresent(pending, record) ? { entry, pending } : null;
}

/** The pending login of a token; null when it expired, was used up or never was. */
export async function findPendingLogin(
  s: Store,
  token: string,
): Promise<PendingRecord | null> {
  return (await readPending(s, token))?.pending ?? null;
}

/** Ends a pending login. Ending one that is none is no error. */
export async function endPendingLogin(s: Store, token: string): Promise<void> {
  if (!isToken(token)) return;
  await s.kv.delete(keys.pendingLogin(await sha256(token)));
}

/**
 * Ends a pending login for what it was for: of several second steps that pass at once with one
 * first step, one signs in.
 *
 * @throws {AppError} `login-expired` (401) for all the others.
 */
export async function usePendingLogin(s: Store, token: string): Promise<void> {
  const key = keys.pendingLogin(await sha256(token));
  await untilCommitted(async () => {
    const entry = await s.kv.get<PendingRecord>(key);
    if (entry.value === null) throw loginExpired();
    const { ok } = await s.kv.atomic().check(entry).delete(key).commit();
    return ok || undefined;
  });
}

/**
 * Counts one try, before it is made. The pending login as it is then: with no attempts
 * left, it is already void.
 *
 * @throws {AppError} `login-expired` (401)
 */
export function takeTry(
  s: Store,
  token: string,
): Promise<PendingRecord> {
  return untilCommitted(async () => {
    const found = await readPending(s, token);
    if (found === null) throw loginExpired();
    return await writeAttempts(s, found.entry, found.pending, -1);
  });
}

/** Gives the try back: there was nothing to judge. */
export async function returnTry(
  s: Store,
  token: string,
): Promise<void> {
  const key = keys.pendingLogin(await sha256(token));
  await untilCommitted(async () => {
    const entry = await s.kv.get<PendingRecord>(key);
    if (entry.value === null) return null;
    return await writeAttempts(s, entry, entry.value, 1);
  });
}

async function writeAttempts(
  s: Store,
  entry: Deno.KvEntryMaybe<PendingRecord>,
  pending: PendingRecord,
  change: number,
): Promise<PendingRecord | undefined> {
  const faceAttemptsLeft = pending.faceAttemptsLeft + change;
  const next = { ...pending, faceAttemptsLeft };
  const expireIn = Math.max(1, pending.expiresAt - Date.now());
  const { ok } = await s.kv.atomic().check(entry)
    .set(entry.key, next, { expireIn }).commit();
  return ok ? next : undefined;
}
