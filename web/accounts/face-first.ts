/**
 * An account is face-first from a password reset by e-mail until its face or a passkey was shown: a new
 * password that came from the mailbox must not be followed by a second proof from the same mailbox,
 * or whoever reads it would be in. The name is from when there were no passkeys.
 */
import { AppError } from "../errors.ts";
import { findAccountByEmail } from "./accounts.ts";
import {
  type AccountRecord,
  changeAccount,
  readRecord,
  type Store,
} from "./store.ts";

/** What to show instead of a code, by what there is. */
const SHOW = {
  face:
    "You reset your password by e-mail, so an e-mail code would prove nothing more. Sign in with your face once. If that no longer works, ask whoever runs your ChatSphere to allow the code.",
  passkey:
    "You reset your password by e-mail, so an e-mail code would prove nothing more. Sign in with your passkey once. If you no longer have it, ask whoever runs your ChatSphere to allow the code.",
  either:
    "You reset your password by e-mail, so an e-mail code would prove nothing more. Sign in with your face or your passkey once. If you can do neither, ask whoever runs your ChatSphere to allow the code.",
};

const holdsPasskey = ({ passkeys = [] }: AccountRecord): boolean =>
  passkeys.length > 0;

/** Why no code by e-mail will do for an account that {@link isFaceFirst}. */
export function faceFirstError(record: AccountRecord): AppError {
  const has = !holdsPasskey(record)
    ? "face"
    : record.hasFace
    ? "either"
    : "passkey";
  return new AppError({ code: "face-first", status: 403, message: SHOW[has] });
}

/** Whether the account has a factor that somebody who reads the mailbox does not have. */
export const hasOwnFactor = (record: AccountRecord): boolean =>
  record.hasFace || holdsPasskey(record);

/** Whether no code by e-mail can be the second step of the next sign-in. */
export const isFaceFirst = (record: AccountRecord): boolean =>
  record.faceFirst === true && hasOwnFactor(record);

/** @throws {AppError} `face-first` (403) where an account {@link isFaceFirst}. */
export async function refuseFaceFirst(
  s: Store,
  accountId: string,
): Promise<void> {
  const record = await readRecord(s.kv, accountId);
  if (record !== null && isFaceFirst(record)) throw faceFirstError(record);
}

/**
 * For the operator, who has made sure of the person in another way than by e-mail: the next
 * sign-in may use a code. False when there is no such account, or its code works already.
 */
export async function allowCode(s: Store, email: string): Promise<boolean> {
  const account = await findAccountByEmail(s, email);
  const record = account && await readRecord(s.kv, account.id);
  if (record === null || !isFaceFirst(record)) return false;
  await changeAccount(s.kv, record.id, vouchedFor);
  return true;
}

/** The operator has made sure of the person, so nothing has to wait for the reset any more. */
function vouchedFor(record: AccountRecord): AccountRecord {
  const { faceFirst: _faceFirst, resetAt: _resetAt, ...rest } = record;
  return rest;
}
