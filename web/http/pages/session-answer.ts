import {
  clearPendingLoginCookie,
  sessionCookie,
} from "../../accounts/cookies.ts";
import type { IssuedToken } from "../../accounts/sessions.ts";
import type { Account } from "../../accounts/types.ts";
import type { Config } from "../../config.ts";

/** The JSON answer that signs an account in: who it is, and its session cookie. */
export function sessionAnswer(
  config: Config,
  { id, name, email }: Account,
  session: IssuedToken,
  status: 200 | 201,
): Response {
  const answer = Response.json({ id, name, email }, { status });
  answer.headers.append(
    "set-cookie",
    sessionCookie(config, session.token, session.expiresAt),
  );
  answer.headers.append("set-cookie", clearPendingLoginCookie(config));
  answer.headers.set("cache-control", "no-store");
  return answer;
}
