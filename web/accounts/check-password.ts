import { AppError } from "../errors.ts";
import {
  clearAttempts,
  type Limit,
  networkOf,
  returnAttempt,
  takeAttempts,
} from "./attempts.ts";
import { normaliseEmail } from "./email.ts";
import {
  hashPassword,
  isOutdated,
  UNKNOWN_HASH,
  verifyPassword,
} from "./password-hash.ts";
import { sha256 } from "./secrets.ts";
import {
  type AccountRecord,
  isOver,
  keys,
  readRecord,
  type Store,
  toAccount,
} from "./store.ts";
import type { Account } from "./types.ts";

const QUARTER_HOUR_MS = 15 * 60 * 1000;

const wrongCredentials = (): AppError =>
  new AppError({
    code: "wrong-credentials",
    status: 401,
    message:
      "The e-mail or the password is not right. Check both and try again.",
  });

/**
 * The limits on guessing. A guesser elsewhere uses up only their own share of an account's
 * attempts; the wide limit, for guessers in many places, is far above what a person needs.
 */
async function limitsFor(emailKey: string, ip: string) {
  const whom = await sha256(emailKey);
  const network = networkOf(ip);
  const windowMs = QUARTER_HOUR_MS;
  const here: Limit = {
    kind: "password-here",
    whom: `${whom} ${network}`,
    most: 10,
    windowMs,
  };
  const anywhere: Limit = { kind: "password", whom, most: 100, windowMs };
  const byNetwork: Limit = {
    kind: "password-network",
    whom: network,
    most: 100,
    windowMs,
  };
  return { here, anywhere, byNetwork };
}

async function recordByEmail(
  kv: Deno.Kv,
  emailKey: string,
): Promise<AccountRecord | null> {
  const { value: id } = await kv.get<string>(keys.accountByEmail(emailKey));
  const record = await readRecord(kv, id ?? "");
  return record && isOver(record) ? null : record;
}

/** Hashes the password again when the parameters have changed since. */
async function refreshHash(
  s: Store,
  record: AccountRecord,
  password: string,
): Promise<void> {
  if (!isOutdated(record.passwordHash)) return;
  const passwordHash = await hashPassword(password);
  const entry = await s.kv.get<AccountRecord>(keys.account(record.id));
  // A password changed in between is newer than the one that was checked.
  if (entry.value?.passwordHash !== record.passwordHash) return;
  await s.kv.atomic().check(entry)
    .set(entry.key, { ...entry.value, passwordHash }).commit();
}

/** Lets somebody who has just proved otherwise who they are try again from here. */
export async function forgetFailures(
  s: Store,
  emailKey: string,
  ip: string,
): Promise<void> {
  const { here } = await limitsFor(emailKey, ip);
  await clearAttempts(s, here);
}

/** An e-mail and a password, as somebody at `ip` gives them. */
export interface Credentials {
  email: string;
  password: string;
  ip: string;
}

/**
 * The account with this e-mail and password, as it was when the password was compared. The first
 * step of signing in, never the last. An unknown e-mail gets the same answer, after the same work,
 * as a wrong password.
 *
 * @throws {AppError} `wrong-credentials` (401); `too-many-attempts` (429) with `retryAfter`.
 */
export async function checkCredentials(
  s: Store,
  { email, password, ip }: Credentials,
): Promise<AccountRecord> {
  const emailKey = normaliseEmail(email) ?? "";
  const { here, anywhere, byNetwork } = await limitsFor(emailKey, ip);
  await takeAttempts(s, [here, anywhere, byNetwork]);
  const record = await recordByEmail(s.kv, emailKey);
  const hash = record?.passwordHash ?? UNKNOWN_HASH;
  const isRight = await verifyPassword(password, hash);
  if (record === null || !isRight) throw wrongCredentials();
  await clearAttempts(s, here);
  await returnAttempt(s, anywhere);
  await returnAttempt(s, byNetwork);
  await refreshHash(s, record, password);
  return record;
}

/** {@link checkCredentials}, for whoever needs to know only whose they are. */
export async function checkPassword(
  s: Store,
  credentials: Credentials,
): Promise<Account> {
  return toAccount(await checkCredentials(s, credentials));
}
