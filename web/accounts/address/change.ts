/**
 * An account gets another e-mail address: asked for by somebody who signed in a moment ago, with
 * the password; done when the link that went to the new address is opened in the account's own
 * session. The old address is told, and for a week has a way back (restore.ts): whoever took an
 * account over must not be able to take it away for good.
 */
import { noteEvent } from "../../audit/events.ts";
import { AppError } from "../../errors.ts";
import { deliverSoon } from "../../mail/deliver.ts";
import { dropMail, queueMail } from "../../mail/queue-store.ts";
import { mailedOrigin } from "../../reached.ts";
import type { Services } from "../../services.ts";
import { limit, takeAttempt } from "../attempts.ts";
import { countAlias } from "../confirm-address.ts";
import { newEmailKey } from "../email.ts";
import { invalid } from "../fields.ts";
import { relist } from "../listing.ts";
import {
  confirmationMailId,
  formerAddressMailId,
  newAddressMailId,
} from "../mail-ids.ts";
import {
  type AccountRecord,
  keys,
  noAccount,
  readRecord,
  untilCommitted,
} from "../store.ts";
import { endUnconfirmedHolder } from "../unconfirmed.ts";
import {
  type AddressLink,
  isLink,
  newLink,
  readChanges,
  readCode,
  writeChanges,
} from "./store.ts";

/** How long the link to a new address works. */
const ASKED_MS = 60 * 60 * 1000;
/** How long the old address has a way back. */
const FORMER_MS = 7 * 24 * 60 * 60 * 1000;
/** Changes whose way back is open, at a time. */
const MOST_FORMER = 5;

type AddressServices = Pick<
  Services,
  "kv" | "blobs" | "realtime" | "mailer" | "config"
>;

const asking = (accountId: string) => limit("new-address", accountId);

const linkOver = (): AppError =>
  new AppError({
    code: "address-link-over",
    status: 410,
    message:
      "This link no longer works. It may be older than an hour, it was used already, or you asked for a newer one.",
  });

const taken = (): AppError =>
  new AppError({
    code: "email-taken",
    status: 409,
    message:
      "Another account has this address by now, so yours was not changed.",
  });

const tooOften = (): AppError =>
  new AppError({
    code: "too-many-attempts",
    status: 429,
    message:
      "You have changed your address five times within a week. Please wait a few days.",
    retryAfter: 24 * 60 * 60,
  });

/**
 * Sends a link to the new address of an account. The answer is the same whether or not somebody
 * has that address; then the e-mail says so.
 *
 * @throws {AppError} `invalid` (422) with `fields.email`; `too-many-attempts` (429); `not-found`.
 */
export async function askForAddress(
  s: AddressServices,
  accountId: string,
  email: string,
): Promise<void> {
  const record = await readRecord(s.kv, accountId);
  if (record === null) throw noAccount();
  const emailKey = newEmailKey(email);
  if (emailKey === null) throw invalid({ email: "Enter an e-mail address." });
  if (emailKey === record.emailKey) {
    throw invalid({ email: "This is your address already." });
  }
  await takeAttempt(s, asking(accountId));
  await countAlias(s, emailKey);
  const mailId = newAddressMailId(accountId);
  const addressee = { name: record.name, email: email.trim() };
  const isTaken = await isConfirmedHolder(s, emailKey);
  const expiresAt = Date.now() + ASKED_MS;
  const { code, codeHash } = await newLink(accountId);
  const link = `${await mailedOrigin(s.config)}/address/${code}`;
  await untilCommitted(async () => {
    const { entry, former } = await readChanges(s, accountId);
    if (former.length >= MOST_FORMER) throw tooOften();
    const commit = s.kv.atomic();
    const asked = { codeHash, email: addressee.email, emailKey, expiresAt };
    writeChanges(commit, entry, {
      asked: isTaken ? undefined : asked,
      former,
    });
    const occasion = isTaken
      ? { kind: "address-taken", ...addressee } as const
      : { kind: "new-address", ...addressee, link } as const;
    queueMail(commit, mailId, occasion, expiresAt);
    return (await commit.commit()).ok || undefined;
  });
  await deliverSoon(s, [mailId]);
}

async function isConfirmedHolder(
  s: Pick<Services, "kv">,
  emailKey: string,
): Promise<boolean> {
  const { value: id } = await s.kv.get<string>(keys.accountByEmail(emailKey));
  const holder = id === null ? null : await readRecord(s.kv, id);
  return holder !== null && holder.unconfirmedUntil === undefined;
}

/**
 * The change a link is about. Looking does nothing: mail programs look, too.
 *
 * @throws {AppError} `address-link-over` (410) when it was used, replaced, or expired.
 */
export async function findAddressChange(
  s: Pick<Services, "kv">,
  code: string,
): Promise<{ accountId: string; link: AddressLink }> {
  const read = await readCode(code);
  if (read === null) throw linkOver();
  const { asked } = await readChanges(s, read.accountId);
  if (!asked || !isLink(asked, read.codeHash)) throw linkOver();
  return { accountId: read.accountId, link: asked };
}

/**
 * Gives the account the new address of a link, and tells the old one. Having the link is not
 * enough: it takes the account's own session.
 *
 * @throws {AppError} `address-link-over` (410); `not-yours` (403); `email-taken` (409).
 */
export async function changeAddress(
  s: AddressServices,
  accountId: string,
  code: string,
): Promise<void> {
  const found = await findAddressChange(s, code);
  if (found.accountId !== accountId) {
    throw new AppError({
      code: "not-yours",
      status: 403,
      message:
        "This link is for another account. Sign out, then sign in to that one.",
    });
  }
  // Whoever opened the link has the mailbox: it is no longer somebody's claim.
  await endUnconfirmedHolder(s, found.link.emailKey);
  const mailId = formerAddressMailId(accountId);
  const back = await newLink(accountId);
  const link = `${await mailedOrigin(s.config)}/address/back/${back.code}`;
  await untilCommitted(async () => {
    const { link: asked } = await findAddressChange(s, code);
    const { entry, former } = await readChanges(s, accountId);
    const account = await s.kv.get<AccountRecord>(keys.account(accountId));
    if (account.value === null) throw noAccount();
    const { unconfirmedUntil, ...record } = account.value;
    const byEmail = await s.kv.get(keys.accountByEmail(asked.emailKey));
    // Another press came between: looked at again, the link is over.
    if (byEmail.value === accountId) return undefined;
    if (byEmail.value !== null) throw taken();
    const now = Date.now();
    const expiresAt = now + FORMER_MS;
    const { name, email, emailKey } = record;
    const changed: AccountRecord = {
      ...record,
      email: asked.email,
      emailKey: asked.emailKey,
    };
    const commit = s.kv.atomic().check(account).check(byEmail)
      .set(byEmail.key, accountId)
      .delete(keys.accountByEmail(emailKey))
      .delete(keys.unconfirmed(accountId))
      // A code that is on its way to the old address is good for nothing now.
      .delete(keys.emailCode(accountId))
      .set(account.key, changed);
    // An account that waited for its first address is listed from now on.
    relist(commit, account.value, changed);
    dropMail(commit, confirmationMailId(accountId));
    noteEvent(commit, "address-changed", accountId);
    const isOld = unconfirmedUntil === undefined;
    const { codeHash } = back;
    writeChanges(commit, entry, {
      former: isOld
        ? [...former, { codeHash, email, emailKey, expiresAt, changedAt: now }]
        : former,
    });
    // An address nobody ever confirmed may be a stranger's: it is told nothing.
    if (isOld) {
      const occasion = {
        kind: "former-address",
        name,
        email,
        link,
      } as const;
      queueMail(commit, mailId, occasion, expiresAt);
    }
    return (await commit.commit()).ok || undefined;
  });
  await deliverSoon(s, [mailId]);
}
