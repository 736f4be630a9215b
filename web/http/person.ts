import type { Middleware } from "fresh";
import { readSessionCookie } from "../accounts/cookies.ts";
import { findSession, sidOf } from "../accounts/sessions.ts";
import type { SignedIn } from "../accounts/types.ts";
import { AppError } from "../errors.ts";
import { BodyBudget, withShare } from "./body-budget.ts";
import type { Services } from "../services.ts";
import { inRequest, requestIdOf } from "../request-id.ts";
import type { State } from "../utils.ts";

/** The memory of this process is one, whatever app is served in it. */
const bodies = new BodyBudget();

/** Opens the services on the first request and names the request. */
export function withServices(
  open: () => Promise<Services>,
): Middleware<State> {
  return async (ctx) => {
    const { state } = ctx;
    state.requestId = crypto.randomUUID();
    state.account = null;
    state.session = null;
    state.signedIn = false;
    state.services = await open();
    const { trustProxy } = state.services.config;
    const { headers } = ctx.req;
    state.requestId = requestIdOf(headers, trustProxy);
    state.ip = addressOf(headers, ctx.info, trustProxy);
    const answer = await inRequest(
      state.requestId,
      () => withShare(bodies, ctx.req, state.ip, () => ctx.next()),
    );
    answer.headers.set("x-request-id", state.requestId);
    return answer;
  };
}

/**
 * The address attempts are counted by. X-Forwarded-For is believed only behind a proxy of
 * our own, and of it only the last entry, which that proxy wrote: the others are the
 * person's to make up.
 */
export function addressOf(
  headers: Headers,
  info: Deno.ServeHandlerInfo | undefined,
  trustProxy: boolean,
): string {
  const forwarded = headers.get("x-forwarded-for")?.split(",").at(-1)?.trim();
  if (trustProxy && forwarded) return forwarded;
  const address = info?.remoteAddr;
  return address && "hostname" in address ? address.hostname : "unknown";
}

/** What answers alike to everybody, and while KV is down: a session is not even looked for. */
const PROBES = ["/healthz", "/readyz"];

/** Finds the signed-in person by the session cookie, and keeps their pages out of caches. */
export const withPerson: Middleware<State> = async (ctx) => {
  const { state } = ctx;
  const token = !PROBES.includes(ctx.url.pathname) &&
    readSessionCookie(state.services.config, ctx.req.headers);
  state.signedIn = Boolean(token);
  const session = token && await findSession(state.services, token);
  state.signedIn = Boolean(session);
  if (session) {
    state.account = { ...session.account, sid: await sidOf(token) };
    state.session = { token };
  }
  const answer = await ctx.next();
  if (!answer.headers.has("cache-control")) {
    answer.headers.set(
      "cache-control",
      state.account ? "private, no-store" : "private, no-cache",
    );
  }
  return answer;
};

/**
 * The person a page is for.
 *
 * @throws {AppError} `not-signed-in` 401. Pages behind {@link signInFirst} never see it.
 */
export function personOf(state: State): SignedIn {
  if (state.account) return state.account;
  throw new AppError({
    code: "not-signed-in",
    status: 401,
    message: "Please sign in first.",
  });
}

/**
 * Sends people who are not signed in to do so, and back here afterwards. Whoever sent a form is
 * told that it was not taken.
 */
export const signInFirst: Middleware<State> = (ctx) => {
  if (ctx.state.account) return ctx.next();
  const here = encodeURIComponent(ctx.url.pathname + ctx.url.search);
  const ended = ctx.req.method === "POST" ? "ended&" : "";
  return ctx.redirect(`/login?${ended}next=${here}`, 303);
};
