import { AppError } from "../errors.ts";
import { findAccountByEmail } from "./accounts.ts";
import {
  type AccountRecord,
  changeAccount,
  readRecord,
  type Store,
} from "./store.ts";

/**
 * Why a code by e-mail may have to wait: a new password that came from the mailbox must not be
 * followed by a second proof from the same mailbox, or whoever reads it would be in.
 */
export const faceFirst = (): AppError =>
  new AppError({
    code: "face-first",
    status: 403,
    message:
      "You reset your password by e-mail, so an e-mail code would prove nothing more. Sign in with your face once. If that no longer works, ask whoever runs your ChatSphere to allow the code.",
  });

/** Whether only the face can be the second step of the next sign-in. */
export const needsFace = (record: AccountRecord): boolean =>
  record.hasFace && record.faceFirst === true;

/** {@link needsFace} of the account with this id; false when there is none. */
export async function mustShowFace(
  s: Store,
  accountId: string,
): Promise<boolean> {
  const record = await readRecord(s.kv, accountId);
  return record !== null && needsFace(record);
}

/**
 * Lets codes by e-mail work again. A password reset since `epoch` stays as it is: the face was
 * not shown after it.
 */
export async function faceWasShown(
  s: Store,
  accountId: string,
  epoch: number,
): Promise<void> {
  if (!await mustShowFace(s, accountId)) return;
  await changeAccount(
    s.kv,
    accountId,
    (record) => record.epoch === epoch ? withoutFaceFirst(record) : record,
  );
}

/**
 * For the operator, who has made sure of the person in another way than by e-mail: the next
 * sign-in may use a code. False when there is no such account, or its code works already.
 */
export async function allowCode(s: Store, email: string): Promise<boolean> {
  const account = await findAccountByEmail(s, email);
  if (account === null || !await mustShowFace(s, account.id)) return false;
  await changeAccount(s.kv, account.id, vouchedFor);
  return true;
}

function withoutFaceFirst(record: AccountRecord): AccountRecord {
  const { faceFirst: _faceFirst, ...rest } = record;
  return rest;
}

/** The operator has made sure of the person, so nothing has to wait for the reset any more. */
function vouchedFor(record: AccountRecord): AccountRecord {
  const { resetAt: _resetAt, ...rest } = withoutFaceFirst(record);
  return rest;
}
