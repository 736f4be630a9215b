/**
 * What it takes to change how an account is signed in to. A session that was stolen, a mailbox
 * that is read by somebody else, or both, must not be enough to put another face in place of the
 * person's own.
 */
import { noteEvent } from "../audit/events.ts";
import { AppError } from "../errors.ts";
import { queueMail } from "../mail/queue-store.ts";
import type { FactorChange, FactorMail } from "../mail/factor-mails.ts";
import { factorMailId, TOLD_MS } from "./mail-ids.ts";
import { isToken, sha256 } from "./secrets.ts";
import {
  type AccountRecord,
  keys,
  noAccount,
  readRecord,
  type SessionRecord,
  type Store,
} from "./store.ts";

/** For how long after a sign-in, which takes both steps, its session may change them. */
export const RECENT_MS = 10 * 60 * 1000;
/** For how long after a password reset by e-mail the factors stay as they are. */
export const SETTLE_MS = 24 * 60 * 60 * 1000;

const signInAgain = (): AppError =>
  new AppError({
    code: "sign-in-again",
    status: 403,
    message:
      "Sign in again first. You can change this only within 10 minutes of signing in.",
  });

const waitAfterReset = (until: number): AppError => {
  const hours = Math.max(1, Math.ceil((until - Date.now()) / 3_600_000));
  const message = hours === 1
    ? "Your password was recently reset by e-mail. For your safety, you must wait an hour before you change how you sign in."
    : `Your password was recently reset by e-mail. For your safety, you must wait ${hours} hours before you change how you sign in.`;
  return new AppError({
    code: "wait-after-reset",
    status: 403,
    message,
    retryAfter: Math.ceil((until - Date.now()) / 1000),
  });
};

/**
 * Has the person told by e-mail of a change of what they sign in with, in case it was not them: every
 * such change goes through here. Then call `deliverSoon` with `factorMailId`.
 *
 * @param mail the e-mail that tells of it, if not the one of its name.
 */
export function tellOfFactor(
  commit: Deno.AtomicOperation,
  { id, name, email }: AccountRecord,
  kind: FactorChange,
  mail: FactorMail = kind,
): void {
  const occasion = { kind: mail, name, email };
  queueMail(commit, factorMailId(id), occasion, Date.now() + TOLD_MS);
  noteEvent(commit, kind, id);
}

/** Whether this session began with both steps of a sign-in a moment ago. */
export async function isRecent(
  s: Store,
  token: string | undefined,
): Promise<boolean> {
  if (token === undefined || !isToken(token)) return false;
  const { value } = await s.kv.get<SessionRecord>(
    keys.session(await sha256(token)),
  );
  return value !== null && Date.now() - value.createdAt < RECENT_MS;
}

/** @throws {AppError} `sign-in-again` (403) unless the session {@link isRecent}. */
export async function requireRecent(
  s: Store,
  token: string | undefined,
): Promise<void> {
  if (!await isRecent(s, token)) throw signInAgain();
}

/** @throws {AppError} `wait-after-reset` (403) within a day of a password reset by e-mail. */
export async function requireSettled(
  s: Store,
  accountId: string,
): Promise<void> {
  const record = await readRecord(s.kv, accountId);
  if (record === null) throw noAccount();
  const until = (record.resetAt ?? -Infinity) + SETTLE_MS;
  if (until > Date.now()) throw waitAfterReset(until);
}
