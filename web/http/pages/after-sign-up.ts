import {
  clearPendingLoginCookie,
  pendingLoginCookie,
  sessionCookie,
} from "../../accounts/cookies.ts";
import { createPendingLogin } from "../../accounts/pending-logins.ts";
import { createSession } from "../../accounts/sessions.ts";
import type { SignUpFactor } from "../../accounts/sign-up-factors.ts";
import type { Services } from "../../services.ts";
import { withFirstCode } from "./first-code.ts";

/** Where somebody goes on, and the cookies they take along. */
export interface Onward {
  location: string;
  cookies: string[];
}

/**
 * What follows when an account was made: with a face, a session; else the second step of the first
 * sign-in, because a password alone signs nobody in.
 */
export async function afterSignUp(
  s: Services,
  accountId: string,
  factor: SignUpFactor,
  next: string,
): Promise<Onward> {
  const { config } = s;
  if (factor === "face") {
    const { token, expiresAt } = await createSession(s, accountId);
    const cookies = [
      sessionCookie(config, token, expiresAt),
      clearPendingLoginCookie(config),
    ];
    return { location: next, cookies };
  }
  const isNew = factor === "passkey" || undefined;
  const { token, expiresAt } = await createPendingLogin(s, accountId, {
    isNew,
    isSignUp: true,
  });
  const cookies = [pendingLoginCookie(config, token, expiresAt)];
  if (factor === "passkey") {
    const location = `/register/passkey?next=${encodeURIComponent(next)}`;
    return { location, cookies };
  }
  return { location: await withFirstCode(s, accountId, next), cookies };
}
