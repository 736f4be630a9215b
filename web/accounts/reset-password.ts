import { noteEvent } from "../audit/events.ts";
import { AppError } from "../errors.ts";
import { deliverSoon } from "../mail/deliver.ts";
import { queueMail } from "../mail/queue-store.ts";
import type { Services } from "../services.ts";
import { hasOwnFactor } from "./face-first.ts";
import { forgetFailures } from "./check-password.ts";
import { invalid } from "./fields.ts";
import { isOfPresent } from "./generations.ts";
import { hashPassword } from "./password-hash.ts";
import { passwordProblem } from "./password-rules.ts";
import { passwordMailId, TOLD_MS } from "./mail-ids.ts";
import { isToken, sha256 } from "./secrets.ts";
import { nextGeneration } from "./sessions.ts";
import {
  type AccountRecord,
  changeAccount,
  keys,
  readRecord,
  type ResetRecord,
  type Store,
} from "./store.ts";

const linkOver = (): AppError =>
  new AppError({
    code: "reset-over",
    status: 410,
    message:
      "This link no longer works. A link works once, for 30 minutes. It expires early when the password is changed or every device is signed out.",
  });

async function readReset(
  s: Store,
  code: string,
): Promise<{ key: Deno.KvKey; record: AccountRecord } | null> {
  if (!isToken(code)) return null;
  const key = keys.reset(await sha256(code));
  const { value: reset } = await s.kv.get<ResetRecord>(key);
  if (reset === null || reset.expiresAt <= Date.now()) return null;
  const record = await readRecord(s.kv, reset.accountId);
  return record && isOfPresent(reset, record) ? { key, record } : null;
}

/**
 * Whose new password a link is for. Looking does not use it up: mail programs look, too.
 *
 * @throws {AppError} `reset-over` (410) when it was used, expired or never was.
 */
export async function findReset(
  s: Store,
  code: string,
): Promise<{ email: string }> {
  const found = await readReset(s, code);
  if (found === null) throw linkOver();
  return { email: found.record.email };
}

/**
 * Sets the new password of a link. That ends the link and every other one, all sessions and
 * pending logins, and the code by e-mail; the person is told by e-mail. Where there is a face
 * or a passkey, the next sign-in must show it (face-first.ts). Of several at once with one link one wins.
 *
 * @throws {AppError} `invalid` (422) with `fields.password`, and the link goes on working;
 * `reset-over` (410).
 * @returns whose password it was.
 */
export async function resetPassword(
  s: Pick<Services, "kv" | "mailer">,
  { code, password, ip }: { code: string; password: string; ip: string },
): Promise<{ accountId: string }> {
  const found = await readReset(s, code);
  if (found === null) throw linkOver();
  const { key, record: { id, emailKey } } = found;
  const problem = passwordProblem(password, found.record);
  if (problem !== null) throw invalid({ password: problem });
  const passwordHash = await hashPassword(password);
  const mailId = passwordMailId(id);
  await changeAccount(s.kv, id, async (record, commit) => {
    const link = await s.kv.get<ResetRecord>(key);
    if (!link.value || !isOfPresent(found.record, record)) throw linkOver();
    commit.check(link).delete(key).delete(keys.emailCode(id));
    const next = await nextGeneration(s, record, commit);
    const { name, email } = record;
    const occasion = { kind: "password-changed", name, email } as const;
    queueMail(commit, mailId, occasion, Date.now() + TOLD_MS);
    noteEvent(commit, "password-reset", id);
    const faceFirst = hasOwnFactor(record) || undefined;
    return { ...next, passwordHash, faceFirst, resetAt: Date.now() };
  });
  await forgetFailures(s, emailKey, ip);
  await deliverSoon(s, [mailId]);
  return { accountId: id };
}
