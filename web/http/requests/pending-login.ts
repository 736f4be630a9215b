import { findAccount } from "../../accounts/accounts.ts";
import {
  clearPendingLoginCookie,
  readPendingLoginCookie,
  sessionCookie,
} from "../../accounts/cookies.ts";
import { mustShowFace } from "../../accounts/face-first.ts";
import { findPendingLogin } from "../../accounts/pending-logins.ts";
import type { IssuedToken } from "../../accounts/sessions.ts";
import type { Account } from "../../accounts/types.ts";
import type { Services } from "../../services.ts";

export interface PendingLogin {
  token: string;
  account: Account;
  /** Milliseconds since the Unix epoch. */
  expiresAt: number;
  /** No code by e-mail may take the place of the face. */
  faceOnly: boolean;
}

/** Who has given the right password and not yet the second proof; null when it is too late. */
export async function pendingLoginOf(
  s: Services,
  headers: Headers,
): Promise<PendingLogin | null> {
  const token = readPendingLoginCookie(s.config, headers);
  const pending = token && await findPendingLogin(s, token);
  if (!pending) return null;
  const account = await findAccount(s, pending.accountId);
  if (account === null) return null;
  const { expiresAt } = pending;
  const faceOnly = await mustShowFace(s, account.id);
  return { token, account, expiresAt, faceOnly };
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
  why: "late" | "tries" | "only-face" = "late",
): string => `/login?${why}&next=${encodeURIComponent(next)}`;
