/** The way back to an address an account had before, for whoever reads that mailbox. */
import { noteEvent } from "../../audit/events.ts";
import { AppError } from "../../errors.ts";
import { dropMail } from "../../mail/queue-store.ts";
import type { Services } from "../../services.ts";
import { noteErasure } from "../erasures.ts";
import { generationOf } from "../generations.ts";
import { hashPassword } from "../password-hash.ts";
import { discardPicture, dropPicture } from "../pictures.ts";
import { RESET_MS } from "../reset-requests.ts";
import {
  confirmationMailId,
  formerAddressMailId,
  newAddressMailId,
} from "../mail-ids.ts";
import { randomToken, sha256 } from "../secrets.ts";
import { nextGeneration } from "../sessions.ts";
import {
  type AccountRecord,
  type FaceRecord,
  keys,
  noAccount,
  type ResetRecord,
  type Store,
  untilCommitted,
} from "../store.ts";
import { endUnconfirmedHolder } from "../unconfirmed.ts";
import {
  type FormerAddress,
  isLink,
  readChanges,
  readCode,
  writeChanges,
} from "./store.ts";

const linkOver = (): AppError =>
  new AppError({
    code: "address-link-over",
    status: 410,
    message:
      "This link no longer works. It may be older than a week, or it was used already.",
  });

const taken = (): AppError =>
  new AppError({
    code: "email-taken",
    status: 409,
    message:
      "Another account has this address now. Sign in to that account instead.",
  });

/**
 * The address a link leads back to. Looking does nothing.
 *
 * @throws {AppError} `address-link-over` (410).
 */
export async function findFormerAddress(
  s: Store,
  code: string,
): Promise<{ accountId: string; link: FormerAddress }> {
  const read = await readCode(code);
  if (read === null) throw linkOver();
  const { former } = await readChanges(s, read.accountId);
  const link = former.find((one) => isLink(one, read.codeHash));
  if (!link) throw linkOver();
  return { accountId: read.accountId, link };
}

/**
 * Gives an account its former address back, and takes back every change of it that came later. All
 * sessions end, the password is void, and a face, a passkey or recovery codes that came since are
 * deleted: whoever changed the address could do all that. No session is needed: the person's own may
 * be lost.
 *
 * @throws {AppError} `address-link-over` (410); `email-taken` (409) when somebody else has confirmed
 * the address by now.
 * @returns whose it is, and the code of a link to a new password (reset-password.ts).
 */
export async function restoreAddress(
  s: Pick<Services, "kv" | "blobs" | "realtime">,
  code: string,
): Promise<{ accountId: string; reset: string }> {
  const { accountId, link: { emailKey } } = await findFormerAddress(s, code);
  // Whoever took the account over may have made another with its address, so that there were no way
  // back. The link came to that mailbox: what nobody there confirmed is no account of theirs.
  await endUnconfirmedHolder(s, emailKey);
  const passwordHash = await hashPassword(randomToken());
  const reset = randomToken();
  const resetKey = keys.reset(await sha256(reset));
  const picture = await untilCommitted(async () => {
    const { link } = await findFormerAddress(s, code);
    const { entry, former } = await readChanges(s, accountId);
    const [account, face, byEmail] = await s.kv.getMany<
      [AccountRecord, FaceRecord, string]
    >([
      keys.account(accountId),
      keys.face(accountId),
      keys.accountByEmail(link.emailKey),
    ]);
    if (account.value === null) throw noAccount();
    if (byEmail.value !== null && byEmail.value !== accountId) throw taken();
    const commit = s.kv.atomic().check(account).check(face).check(byEmail);
    if (account.value.emailKey !== link.emailKey) {
      commit.delete(keys.accountByEmail(account.value.emailKey));
    }
    commit.set(byEmail.key, accountId)
      .delete(keys.emailCode(accountId))
      .delete(keys.unconfirmed(accountId));
    const { unconfirmedUntil: _until, ...record } = await nextGeneration(
      s,
      account.value,
      commit,
    );
    const isTheirs = face.value !== null &&
      face.value.enrolledAt > link.changedAt;
    if (isTheirs) {
      commit.delete(face.key).delete(keys.faceKey(accountId));
      dropPicture(commit, face.value.picture);
      noteErasure(commit, accountId, {});
    }
    const kept = (record.passkeys ?? [])
      .filter(({ createdAt }) => createdAt <= link.changedAt);
    const restored: AccountRecord = {
      ...record,
      email: link.email,
      emailKey: link.emailKey,
      passwordHash,
      hasFace: record.hasFace && !isTheirs,
      passkeys: kept,
      recovery: (record.recovery?.madeAt ?? 0) > link.changedAt
        ? undefined
        : record.recovery,
    };
    for (const { id } of record.passkeys ?? []) {
      if (kept.some((one) => one.id === id)) continue;
      commit.delete(keys.passkeyAccount(await sha256(id)));
    }
    const generation = generationOf(restored);
    const expiresAt = Date.now() + RESET_MS;
    const forNew: ResetRecord = { accountId, generation, expiresAt };
    noteEvent(commit, "address-restored", accountId);
    commit.set(account.key, restored)
      .set(resetKey, forNew, { expireIn: RESET_MS });
    for (
      const id of [confirmationMailId, newAddressMailId, formerAddressMailId]
    ) dropMail(commit, id(accountId));
    writeChanges(commit, entry, {
      former: former.filter((one) => one.changedAt < link.changedAt),
    });
    const { ok } = await commit.commit();
    if (!ok) return undefined;
    return isTheirs ? face.value.picture : null;
  });
  if (picture !== null) await discardPicture(s, picture);
  return { accountId, reset };
}
