import { z } from "zod";
import { limit, takeAttempt } from "../accounts/attempts.ts";
import {
  passkeyCookie,
  readPasskeyCookie,
  readPendingLoginCookie,
} from "../accounts/cookies.ts";
import { requireRecent, requireSettled } from "../accounts/factor-changes.ts";
import {
  CHALLENGE_MS,
  type ChallengeUse,
} from "../accounts/passkeys/challenges.ts";
import {
  creationOptions,
  openOptions,
  requestOptions,
} from "../accounts/passkeys/options.ts";
import { passkeysAt, requireAddable } from "../accounts/passkeys/passkeys.ts";
import { requireSite, type Site } from "../accounts/passkeys/site.ts";
import { findPendingLogin, loginExpired } from "../accounts/pending-logins.ts";
import { confirmPassword } from "../accounts/profile.ts";
import { isToken, randomToken } from "../accounts/secrets.ts";
import { readRecord } from "../accounts/store.ts";
import { errorResponse } from "../errors.ts";
import { personOf } from "../http/middleware/person.ts";
import { readJson } from "../http/requests/json.ts";
import { siteFor } from "../http/requests/site.ts";
import { networkOf } from "../../realtime/common/network.ts";
import { define, type State } from "../utils.ts";

const Asked = z.object({
  purpose: z.enum(["sign-in", "second-step", "sign-up", "add"]),
  password: z.string().max(1_000).optional(),
});

const byNetwork = (ip: string) => limit("passkey-asked", networkOf(ip));

/** For somebody who is not known yet: bound to their browser by a cookie. */
async function toSignIn(
  { services: s }: State,
  headers: Headers,
  site: Site,
): Promise<Response> {
  const known = readPasskeyCookie(s.config, headers) ?? "";
  const browser = isToken(known) ? known : randomToken();
  const use: ChallengeUse = { purpose: "sign-in", boundTo: browser, site };
  const answer = Response.json(await openOptions(s, use));
  const until = Date.now() + CHALLENGE_MS;
  answer.headers.append("set-cookie", passkeyCookie(s.config, browser, until));
  return answer;
}

/** For whoever has given the password, or registered, a moment ago. */
async function inPending(
  { services: s }: State,
  headers: Headers,
  site: Site,
  purpose: "second-step" | "sign-up",
): Promise<Response> {
  const token = readPendingLoginCookie(s.config, headers) ?? "";
  const pending = await findPendingLogin(s, token);
  if (pending === null) throw loginExpired();
  const use: ChallengeUse = { purpose, boundTo: token, site };
  if (purpose === "sign-up") {
    if (!pending.isNew) throw loginExpired();
    return Response.json(await creationOptions(s, pending.accountId, use));
  }
  const record = await readRecord(s.kv, pending.accountId);
  const passkeys = record ? passkeysAt(record, site.rpId) : [];
  return Response.json(await requestOptions(s, passkeys, use));
}

/** For another passkey of somebody who is signed in: asked for as other changes of factors are. */
async function toAdd(
  state: State,
  site: Site,
  password: string,
): Promise<Response> {
  const { services: s, session, ip } = state;
  const { id: accountId } = personOf(state);
  requireAddable(s.config);
  await requireRecent(s, session?.token);
  await requireSettled(s, accountId);
  await confirmPassword(s, { accountId, password, ip });
  const boundTo = session?.token ?? "";
  const use: ChallengeUse = { purpose: "add", boundTo, site };
  return Response.json(await creationOptions(s, accountId, use));
}

export const handler = define.handlers({
  /** What static/passkey.js asks an authenticator with. */
  async POST(ctx) {
    const { state, req } = ctx;
    try {
      const { purpose, password = "" } = await readJson(req, Asked);
      const site = requireSite(siteFor(ctx));
      // Each is a record that stays for minutes.
      await takeAttempt(state.services, byNetwork(state.ip));
      if (purpose === "add") return await toAdd(state, site, password);
      if (purpose === "sign-in") {
        return await toSignIn(state, req.headers, site);
      }
      return await inPending(state, req.headers, site, purpose);
    } catch (error) {
      return errorResponse(error, state.requestId);
    }
  },
});
