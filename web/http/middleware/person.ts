import type { Middleware } from "fresh";
import {
  deviceCookie,
  readDeviceCookie,
  readSessionCookie,
} from "../../accounts/cookies.ts";
import { DEVICE_MS, rememberDevice } from "../../accounts/devices.ts";
import {
  isTouchDue,
  touchSession,
} from "../../accounts/session-list/session-list.ts";
import { softwareOf } from "../../accounts/session-list/software.ts";
import { visitedBy } from "../../accounts/session-list/visitor.ts";
import { readSession, sidOf } from "../../accounts/sessions.ts";
import type { SignedIn } from "../../accounts/types.ts";
import { AppError } from "../../errors.ts";
import { BodyBudget, withShare } from "../requests/body-budget.ts";
import type { Services } from "../../services.ts";
import { idOf, originOf, roughNetworkOf } from "../requests/peers.ts";
import { inRequest } from "../../request-id.ts";
import { mailedOrigin, reachedBy } from "../../reached.ts";
import type { State } from "../../utils.ts";

/** The memory of this process is one, whatever app is served in it. */
export const bodies = new BodyBudget();

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
    state.fromHere = false;
    state.services = await open();
    const { trustedProxies } = state.services.config;
    const { headers } = ctx.req;
    const { ip, byProxy, fromHere } = originOf(
      headers,
      ctx.info,
      trustedProxies,
    );
    // Only a proxy of our own may name a request.
    state.requestId = idOf(headers, { byProxy });
    state.ip = ip;
    state.fromHere = fromHere;
    const { config } = state.services;
    const visitor = {
      network: roughNetworkOf(ip),
      software: softwareOf(headers.get("user-agent")),
      device: readDeviceCookie(config, headers),
      ...(!config.urlGiven && { origin: () => mailedOrigin(config) }),
    };
    const answer = await reachedBy(
      ctx.url,
      () =>
        visitedBy(visitor, () =>
          inRequest(
            state.requestId,
            () => withShare(bodies, ctx.req, state.ip, () => ctx.next()),
          )),
    );
    if (answer.status !== 101) {
      answer.headers.set("x-request-id", state.requestId);
    }
    return answer;
  };
}

/** What answers alike to everybody, and while KV is down: a session is not even looked for. */
const PROBES = ["/healthz", "/readyz"];

/** Finds the signed-in person by the session cookie, and keeps their pages out of caches. */
export const withPerson: Middleware<State> = async (ctx) => {
  const { state } = ctx;
  const token = !PROBES.includes(ctx.url.pathname) &&
    readSessionCookie(state.services.config, ctx.req.headers);
  state.signedIn = Boolean(token);
  const found = token && await readSession(state.services, token);
  state.signedIn = Boolean(found);
  if (found) {
    state.account = { ...found.account, sid: await sidOf(token) };
    state.session = { token };
    if (isTouchDue(found.session.lastUsedAt)) {
      await touchSession(state.services, token);
    }
  }
  const answer = await ctx.next();
  if (isPage(ctx.req)) {
    // For the service worker: what it keeps is one person's.
    answer.headers.set("x-person", state.account?.id ?? "");
    if (state.account) await rememberedIn(answer, state, ctx.req.headers);
  }
  if (!answer.headers.has("cache-control")) {
    answer.headers.set(
      "cache-control",
      state.account ? "private, no-store" : "private, no-cache",
    );
  }
  return answer;
};

/** A page somebody opens: programs would have to keep the cookie, and come without it each time. */
const isPage = ({ method, headers }: Request): boolean =>
  method === "GET" && (headers.get("accept") ?? "").includes("text/html");

/** Remembers the device of whoever is signed in, once. */
async function rememberedIn(
  answer: Response,
  { services, account, session }: State,
  headers: Headers,
): Promise<void> {
  const { config } = services;
  const given = readDeviceCookie(config, headers);
  if (!account || !session) return;
  const who = { accountId: account.id, sessionToken: session.token };
  const cookie = await rememberDevice(services, who, given);
  if (!cookie) return;
  const until = Date.now() + DEVICE_MS;
  answer.headers.append("set-cookie", deviceCookie(config, cookie, until));
}

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
