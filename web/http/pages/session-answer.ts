import type { z } from "zod";
import {
  clearPendingLoginCookie,
  pendingLoginCookie,
  sessionCookie,
} from "../../accounts/cookies.ts";
import type { IssuedToken } from "../../accounts/sessions.ts";
import type { Account } from "../../accounts/types.ts";
import type { Config } from "../../config.ts";
import type { HalfWay } from "../openapi/answers.ts";

/** The JSON answer to a first step: what is to come, and a cookie that is good for that alone. */
export function halfWay(
  config: Config,
  { token, expiresAt }: IssuedToken,
  what: Omit<z.infer<typeof HalfWay>, "expiresAt">,
): Response {
  const answer = Response.json({ ...what, expiresAt }, { status: 202 });
  answer.headers.append(
    "set-cookie",
    pendingLoginCookie(config, token, expiresAt),
  );
  answer.headers.set("cache-control", "no-store");
  return answer;
}

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
