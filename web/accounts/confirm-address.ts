import { AppError } from "../errors.ts";
import { deliverSoon } from "../mail/deliver.ts";
import { dropMail, queueMail } from "../mail/queue-store.ts";
import type { Services } from "../services.ts";
import { limit, takeAttempt } from "./attempts.ts";
import { mailboxOf } from "./email.ts";
import { confirmationMailId } from "./mail-ids.ts";
import { isToken, randomToken, sha256 } from "./secrets.ts";
import { mailedOrigin } from "../reached.ts";
import {
  type AccountRecord,
  changeAccount,
  type ConfirmationRecord,
  keys,
  noAccount,
  readRecord,
  type Store,
} from "./store.ts";

/** How long a new account may wait for its address to be confirmed before it ends. */
export const CONFIRM_MS = 48 * 60 * 60 * 1000;

type MailServices = Pick<Services, "kv" | "mailer" | "config">;

const sends = (accountId: string) => limit("confirm-address", accountId);

const linkOver = (): AppError =>
  new AppError({
    code: "confirmation-over",
    status: 410,
    message:
      "This link no longer works. It may be older than 48 hours, or its account is gone.",
  });

/** For what only somebody whose address is confirmed may do. */
export const unconfirmed = (): AppError =>
  new AppError({
    code: "address-unconfirmed",
    status: 403,
    message:
      "Confirm your e-mail address first: open the link we sent you, or ask for a new one on your account page.",
  });

/** @throws {AppError} `address-unconfirmed` (403) while the account's address is not confirmed. */
export async function requireConfirmed(
  s: Store,
  accountId: string,
): Promise<void> {
  const record = await readRecord(s.kv, accountId);
  if (record?.unconfirmedUntil !== undefined) throw unconfirmed();
}

/**
 * Counts an e-mail to somebody who did not ask for it, where it goes to another name of a mailbox:
 * what is counted by accounts and addresses, such names get past.
 *
 * @throws {AppError} `too-many-attempts` (429).
 */
export async function countAlias(s: Store, emailKey: string): Promise<void> {
  const mailbox = mailboxOf(emailKey);
  if (mailbox === emailKey) return;
  await takeAttempt(s, limit("mail-to-alias", await sha256(mailbox)));
}

/**
 * Adds to `commit` a link that confirms the record's address, and the e-mail that brings it. Then
 * call `deliverSoon` with {@link confirmationMailId}.
 */
export async function addConfirmation(
  { config }: Pick<Services, "config">,
  commit: Deno.AtomicOperation,
  { id, name, email, unconfirmedUntil }: AccountRecord,
): Promise<void> {
  if (unconfirmedUntil === undefined) return;
  const code = randomToken();
  const expireIn = Math.max(1, unconfirmedUntil - Date.now());
  const confirmation: ConfirmationRecord = {
    accountId: id,
    expiresAt: unconfirmedUntil,
  };
  const link = `${await mailedOrigin(config)}/confirm/${code}`;
  commit.set(keys.confirmation(await sha256(code)), confirmation, { expireIn });
  const occasion = { kind: "confirm-address", name, email, link } as const;
  queueMail(commit, confirmationMailId(id), occasion, unconfirmedUntil);
}

/**
 * Sends another link to an account's address; nothing happens when it is confirmed already.
 *
 * @throws {AppError} `not-found` (404); `too-many-attempts` (429).
 */
export async function sendConfirmation(
  s: MailServices,
  accountId: string,
): Promise<void> {
  const record = await readRecord(s.kv, accountId);
  if (record === null) throw noAccount();
  if (record.unconfirmedUntil === undefined) return;
  await takeAttempt(s, sends(accountId));
  const commit = s.kv.atomic();
  await addConfirmation(s, commit, record);
  await commit.commit();
  await deliverSoon(s, [confirmationMailId(accountId)]);
}

/** What a link in an e-mail is about. */
export interface Confirmation {
  accountId: string;
  email: string;
  /** The address is confirmed already. */
  isConfirmed: boolean;
}

/**
 * What a link confirms. Looking does nothing: mail programs look, too.
 *
 * @throws {AppError} `confirmation-over` (410) when it expired, never was, or its account is gone.
 */
export async function findConfirmation(
  s: Store,
  code: string,
): Promise<Confirmation> {
  if (!isToken(code)) throw linkOver();
  const key = keys.confirmation(await sha256(code));
  const { value } = await s.kv.get<ConfirmationRecord>(key);
  const record = value && await readRecord(s.kv, value.accountId);
  if (!value || !record || value.expiresAt <= Date.now()) throw linkOver();
  const isConfirmed = record.unconfirmedUntil === undefined;
  return { accountId: record.id, email: record.email, isConfirmed };
}

/**
 * Notes that an account's address is its owner's: something that was sent to it came back.
 * Once more changes nothing.
 */
export async function addressProven(
  s: Store,
  accountId: string,
): Promise<void> {
  const record = await readRecord(s.kv, accountId);
  if (record?.unconfirmedUntil === undefined) return;
  await changeAccount(s.kv, accountId, (record, commit) => {
    const { unconfirmedUntil: _until, ...confirmed } = record;
    commit.delete(keys.unconfirmed(accountId));
    dropMail(commit, confirmationMailId(accountId));
    return confirmed;
  });
}

/**
 * Confirms the address of the account a link was made for. Having the link is not enough: it
 * takes the account's own session, or else somebody could have another confirm an account they
 * made with that other's address.
 *
 * @throws {AppError} `confirmation-over` (410); `not-yours` (403) in another account's session.
 */
export async function confirmAddress(
  s: Store,
  accountId: string,
  code: string,
): Promise<void> {
  const confirmation = await findConfirmation(s, code);
  if (confirmation.accountId !== accountId) {
    throw new AppError({
      code: "not-yours",
      status: 403,
      message:
        "This link is for another account. Sign out, then sign in to that one.",
    });
  }
  await addressProven(s, accountId);
}
