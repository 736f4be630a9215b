import {
  clearPendingLoginCookie,
  readPendingLoginCookie,
  sessionCookie,
} from "../../accounts/cookies.ts";
import { faceFirstError, isFaceFirst } from "../../accounts/face-first.ts";
import { usableFactors } from "../../accounts/factors.ts";
import { findPendingLogin } from "../../accounts/pending-logins.ts";
import type { Site } from "../../accounts/passkeys/site.ts";
import type { IssuedToken } from "../../accounts/sessions.ts";
import { readRecord, toAccount } from "../../accounts/store.ts";
import type { Account, Factor } from "../../accounts/types.ts";
import type { Services } from "../../services.ts";

export interface PendingLogin {
  token: string;
  account: Account;
  /** Milliseconds since the Unix epoch. */
  expiresAt: number;
  /** What may end it, the one to offer first in front. */
  factors: Factor[];
  /** Also of another address of this server. */
  hasPasskeys: boolean;
  /** Why a code by e-mail will not do, when it will not. */
  whyFaceFirst?: string;
  /** The account was made a moment ago: see `PendingRecord`. */
  isNew: boolean;
}

/** The page of each second step. */
const STEPS: Record<Factor, string> = {
  face: "/login/face",
  passkey: "/login/passkey",
  code: "/login/code",
  recovery: "/login/recovery",
};

/** Where a second step is done. */
export const stepOf = (factor: Factor, next: string): string =>
  `${STEPS[factor]}?next=${encodeURIComponent(next)}`;

/** Who has given the right password and not yet the second proof; null when it is too late. */
export async function pendingLoginOf(
  s: Services,
  headers: Headers,
  site: Site | null = null,
): Promise<PendingLogin | null> {
  const token = readPendingLoginCookie(s.config, headers);
  const pending = token && await findPendingLogin(s, token);
  if (!pending) return null;
  const record = await readRecord(s.kv, pending.accountId);
  if (record === null) return null;
  return {
    token,
    account: toAccount(record),
    expiresAt: pending.expiresAt,
    factors: usableFactors(record, site?.rpId),
    hasPasskeys: record.passkeys !== undefined && record.passkeys.length > 0,
    whyFaceFirst: isFaceFirst(record)
      ? faceFirstError(record).message
      : undefined,
    isNew: pending.isNew === true,
  };
}

/** On to `next` with a session in place of the pending login. */
export function signedIn(
  s: Services,
  session: IssuedToken,
  next: string,
): Response {
  const headers = new Headers({ location: next });
  const { config } = s;
  headers.append("set-cookie", clearPendingLoginCookie(config));
  headers.append(
    "set-cookie",
    sessionCookie(config, session.token, session.expiresAt),
  );
  return new Response(null, { status: 303, headers });
}

/**
 * Where to go when the second step comes too late, or was tried too often: the first one, with
 * a word about it.
 */
export const startAgain = (
  next: string,
  why: "late" | "tries" | "face-first" = "late",
): string => `/login?${why}&next=${encodeURIComponent(next)}`;
