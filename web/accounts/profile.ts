import { noteEvent } from "../audit/events.ts";
import { deliverSoon } from "../mail/deliver.ts";
import { queueMail } from "../mail/queue-store.ts";
import type { Services } from "../services.ts";
import { checkPassword } from "./check-password.ts";
import { invalid, nameProblem, normaliseName } from "./fields.ts";
import { passwordMailId, TOLD_MS } from "./mail-ids.ts";
import { hashPassword, verifyPassword } from "./password-hash.ts";
import { passwordProblem } from "./password-rules.ts";
import { nextGeneration } from "./sessions.ts";
import {
  changeAccount,
  noAccount,
  readRecord,
  type Store,
  toAccount,
} from "./store.ts";
import { limit, takeAttempt } from "./attempts.ts";
import type { Account } from "./types.ts";
import { AppError } from "../errors.ts";

/**
 * Gives an account another name, at most 20 times an hour. Rooms look names up, so it shows everywhere.
 *
 * @throws {AppError} `invalid` (422) with `fields.name`; `not-found` (404); `too-many-attempts` (429).
 */
export async function renameAccount(
  s: Store,
  accountId: string,
  name: string,
): Promise<Account> {
  const problem = nameProblem(name);
  if (problem !== null) throw invalid({ name: problem });
  await takeAttempt(s, limit("rename", accountId));
  const change = { name: normaliseName(name) };
  const record = await changeAccount(
    s.kv,
    accountId,
    (record) => ({ ...record, ...change }),
  );
  return toAccount(record);
}

const wrongPassword = (): AppError => {
  const message = "This is not your current password.";
  return new AppError({
    code: "wrong-password",
    status: 403,
    message,
    fields: { password: message },
  });
};

/**
 * Makes sure it is still the account's owner who asks, before a change a stolen session must not
 * make. Counted like attempts to sign in.
 *
 * @throws {AppError} `wrong-password` (403) with `fields.password`; `too-many-attempts` (429).
 */
export async function confirmPassword(
  s: Store,
  { accountId, password, ip }: {
    accountId: string;
    password: string;
    ip: string;
  },
): Promise<void> {
  const record = await readRecord(s.kv, accountId);
  if (record === null) throw noAccount();
  try {
    await checkPassword(s, { email: record.email, password, ip });
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== "wrong-credentials") {
      throw error;
    }
    throw wrongPassword();
  }
}

/**
 * Sets a new password, ends all sessions but that of `keepToken`, and tells the person by e-mail,
 * later when it cannot be sent now. Of several at once with one current password one wins.
 *
 * @throws {AppError} `wrong-password` (403) with `fields.password`; `invalid` (422) with
 * `fields.newPassword`; `too-many-attempts` (429).
 */
export async function changePassword(
  s: Pick<Services, "kv" | "mailer">,
  { accountId, password, newPassword, ip }: {
    accountId: string;
    password: string;
    newPassword: string;
    ip: string;
  },
  keepToken?: string,
): Promise<void> {
  const person = await readRecord(s.kv, accountId);
  if (person === null) throw noAccount();
  const problem = passwordProblem(newPassword, person);
  if (problem !== null) throw invalid({ newPassword: problem });
  await confirmPassword(s, { accountId, password, ip });
  const passwordHash = await hashPassword(newPassword);
  const mailId = passwordMailId(accountId);
  await changeAccount(
    s.kv,
    accountId,
    async (record, commit) => {
      const isAsChecked = record.passwordHash === person.passwordHash ||
        await verifyPassword(password, record.passwordHash);
      if (!isAsChecked) throw wrongPassword();
      const next = await nextGeneration(s, record, commit, keepToken);
      const { name, email } = record;
      const occasion = { kind: "password-changed", name, email } as const;
      queueMail(commit, mailId, occasion, Date.now() + TOLD_MS);
      noteEvent(commit, "password-changed", accountId);
      return { ...next, passwordHash };
    },
  );
  await deliverSoon(s, [mailId]);
}
