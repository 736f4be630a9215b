import { networkOf } from "../../realtime/common/network.ts";
import { log } from "../log.ts";
import { resetMail } from "../mail/account-mails.ts";
import type { Services } from "../services.ts";
import { findAccountByEmail } from "./accounts.ts";
import { type Limit, limit, takeAttempts } from "./attempts.ts";
import { sendConfirmation } from "./confirm-address.ts";
import { normaliseEmail } from "./email.ts";
import { invalid } from "./fields.ts";
import { generationOf } from "./generations.ts";
import { randomToken, sha256 } from "./secrets.ts";
import { mailedOrigin } from "../reached.ts";
import { keys, readRecord, type ResetRecord } from "./store.ts";

/** How long a link to a new password works. */
export const RESET_MS = 30 * 60 * 1000;
/**
 * Milliseconds until the work begins: after the answer, and at a time nobody can foresee. What an
 * account costs more than none would delay whatever is asked at that moment, and tell of it.
 */
const LATER_MS = { least: 100, most: 1_500 };

type ResetServices = Pick<Services, "kv" | "mailer" | "config">;

/** Somebody elsewhere who asks for it again and again does not use up the person's own share. */
async function limitsFor(emailKey: string, ip: string): Promise<Limit[]> {
  const address = await sha256(emailKey);
  const network = networkOf(ip);
  const here = `${address} ${network}`;
  return [
    limit("reset-here", here),
    limit("reset", address),
    limit("reset-network", network),
  ];
}

function someTime(): number {
  const [random] = crypto.getRandomValues(new Uint32Array(1));
  const { least, most } = LATER_MS;
  return least + random / 2 ** 32 * (most - least);
}

/** The same work for an address without an account, of which nothing stays. */
async function pretend(s: ResetServices, email: string): Promise<void> {
  const code = randomToken();
  const key = keys.reset(await sha256(code));
  const expiresAt = Date.now() + RESET_MS;
  const reset: ResetRecord = { accountId: "", generation: 0, expiresAt };
  await s.kv.set(key, reset, { expireIn: RESET_MS });
  const link = `${await mailedOrigin(s.config)}/login/reset/${code}`;
  resetMail({ name: email, email }, link);
  await s.kv.delete(key);
}

/** Sends the link, if there is an account. Never throws: nobody waits for it. */
async function sendLink(s: ResetServices, emailKey: string): Promise<void> {
  await new Promise((done) => setTimeout(done, someTime()));
  try {
    const account = await findAccountByEmail(s, emailKey);
    const record = account && await readRecord(s.kv, account.id);
    if (record === null) return await pretend(s, emailKey);
    if (record.unconfirmedUntil !== undefined) {
      // Whose account it is has yet to be shown: its face may be somebody else's.
      return await sendConfirmation(s, record.id);
    }
    const code = randomToken();
    const key = keys.reset(await sha256(code));
    const reset: ResetRecord = {
      accountId: record.id,
      generation: generationOf(record),
      expiresAt: Date.now() + RESET_MS,
    };
    await s.kv.set(key, reset, { expireIn: RESET_MS });
    try {
      const link = `${await mailedOrigin(s.config)}/login/reset/${code}`;
      await s.mailer.send(resetMail(record, link));
    } catch (error) {
      await s.kv.delete(key);
      throw error;
    }
  } catch (error) {
    const cause = error instanceof Error ? error.cause ?? error : error;
    log("error", "reset-mail-failed", { error: cause });
  }
}

/**
 * Sends a link to a new password to the account with this e-mail. The answer, and the time until
 * it, say nothing about whether there is one: everything that depends on it happens after. The
 * e-mail is not queued, because the queue would keep the link; when it cannot be sent the person
 * asks again.
 *
 * @returns once the request is counted; `sent` is settled, always well, when all is done.
 * @throws {AppError} `invalid` (422) with `fields.email` when it is no e-mail address;
 * `too-many-attempts` (429), whether there is an account or not.
 */
export async function requestReset(
  s: ResetServices,
  { email, ip }: { email: string; ip: string },
): Promise<{ sent: Promise<void> }> {
  const emailKey = normaliseEmail(email);
  if (emailKey === null) {
    throw invalid({ email: "Enter an e-mail address like ann@example.com." });
  }
  await takeAttempts(s, await limitsFor(emailKey, ip));
  return { sent: sendLink(s, emailKey) };
}
