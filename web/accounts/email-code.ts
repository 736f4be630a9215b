import { AppError } from "../errors.ts";
import type { Services } from "../services.ts";
import { clearAttempts, limit, takeAttempt } from "./attempts.ts";
import { codeMail } from "../mail/account-mails.ts";
import { faceFirstError, isFaceFirst } from "./face-first.ts";
import { equalSecrets, randomCode, randomToken, sha256 } from "./secrets.ts";
import { typedCode } from "./typed-code.ts";
import {
  type EmailCodeRecord,
  keys,
  noAccount,
  readRecord,
  type Store,
  untilCommitted,
} from "./store.ts";

/** How long a code works. */
export const EMAIL_CODE_MS = 10 * 60 * 1000;
/** How often a code may be entered wrongly, the last time included. */
export const EMAIL_CODE_TRIES = 5;

const sends = (accountId: string) => limit("email-code", accountId);

const codeError = (code: string, message: string): AppError =>
  new AppError({ code, status: 401, message, fields: { code: message } });

const codeExpired = (): AppError =>
  codeError(
    "code-expired",
    "This code no longer works. Ask for a new one.",
  );

const wrongCode = (triesLeft: number): AppError =>
  codeError(
    "wrong-code",
    triesLeft === 1
      ? "That code is not right. You can try once more."
      : `That code is not right. You can try ${triesLeft} more times.`,
  );

const hashOf = (salt: string, accountId: string, code: string) =>
  sha256(`${salt} ${accountId} ${code}`);

/**
 * Sends a six-digit code to the account's e-mail: the second step for people who do not use their
 * face. An earlier code stops working. `expiresAt` in milliseconds since the Unix epoch.
 *
 * @throws {AppError} `not-found` (404); `face-first` (403) after a password reset;
 * `too-many-attempts` (429); what the mailer throws, and then no code is left behind.
 */
export async function startEmailCode(
  s: Pick<Services, "kv" | "mailer">,
  accountId: string,
): Promise<{ expiresAt: number }> {
  const record = await readRecord(s.kv, accountId);
  if (record === null) throw noAccount();
  if (isFaceFirst(record)) throw faceFirstError(record);
  await takeAttempt(s, sends(accountId));
  const code = randomCode();
  const salt = randomToken();
  const expiresAt = Date.now() + EMAIL_CODE_MS;
  const key = keys.emailCode(accountId);
  const stored: EmailCodeRecord = {
    salt,
    hash: await hashOf(salt, accountId, code),
    expiresAt,
    triesLeft: EMAIL_CODE_TRIES,
  };
  const { versionstamp } = await s.kv.set(key, stored, {
    expireIn: EMAIL_CODE_MS,
  });
  try {
    await s.mailer.send(codeMail(record, code));
  } catch (error) {
    // Unless another was asked for meanwhile, which may have arrived.
    await s.kv.atomic().check({ key, versionstamp }).delete(key).commit();
    throw error;
  }
  return { expiresAt };
}

/**
 * Takes the code; returns when it is right, and it works once. A try is counted before the code
 * is compared, so tries side by side cannot exceed their number.
 *
 * @throws {AppError} `wrong-code` or `code-expired` (401), with `fields.code`.
 */
export async function checkEmailCode(
  s: Store,
  accountId: string,
  code: string,
): Promise<void> {
  const key = keys.emailCode(accountId);
  const { stored, versionstamp } = await untilCommitted(async () => {
    const entry = await s.kv.get<EmailCodeRecord>(key);
    const stored = entry.value;
    const expireIn = (stored?.expiresAt ?? 0) - Date.now();
    if (stored === null || expireIn <= 0 || stored.triesLeft < 1) {
      throw codeExpired();
    }
    const next = { ...stored, triesLeft: stored.triesLeft - 1 };
    const result = await s.kv.atomic().check(entry)
      .set(key, next, { expireIn }).commit();
    return result.ok
      ? { stored: next, versionstamp: result.versionstamp }
      : undefined;
  });
  const hash = await hashOf(stored.salt, accountId, typedCode(code));
  if (!equalSecrets(hash, stored.hash)) {
    if (stored.triesLeft < 1) throw codeExpired();
    throw wrongCode(stored.triesLeft);
  }
  // Of two right answers at the same time one signs in.
  const { ok } = await s.kv.atomic().check({ key, versionstamp }).delete(key)
    .commit();
  if (!ok) throw codeExpired();
  await clearAttempts(s, sends(accountId));
}
