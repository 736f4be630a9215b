/**
 * The page of a form that was refused, at an address of its own for a while. A browser keeps no
 * answer to a form that is to be in no cache: whoever went back to one was asked to send it again.
 */
import type { Context, Middleware } from "fresh";
import { networkOf } from "../../../realtime/common/network.ts";
import { limit, takeAttempt } from "../../accounts/attempts.ts";
import { readRefusedCookie, refusedCookie } from "../../accounts/cookies.ts";
import { isToken, randomToken } from "../../accounts/secrets.ts";
import type { State } from "../../utils.ts";
import { again, type Kept, keptOf } from "./kept-answers.ts";
import { formId } from "./once.ts";
import {
  type FormKey,
  formKeyOf,
  keepAnswer,
  keptAnswer,
} from "./shared-answers.ts";

/** How long a page is there for whoever goes back to it. */
const KEPT_MS = 10 * 60_000;
/** What its address says. */
const NAME = "refused";
/** What the address may say of a form before it: without the page that would be said of this one. */
const TAKEN = ["done", "saved", "sent"];

/** The pages that were asked for once more. */
const pages = new WeakMap<Request, Kept>();

/** A form of a page of ours that a browser sends: programs and scripts are answered at once. */
const isByHand = ({ headers }: Request): boolean =>
  headers.get("sec-fetch-mode") === "navigate" &&
  headers.get("sec-fetch-dest") === "document" &&
  headers.get("sec-fetch-site") === "same-origin";

/** It is there for this browser alone, as long as it is signed in as it was, at its own address. */
function keyOf(
  { url, state }: Context<State>,
  id: string,
  secret: string,
): Promise<FormKey> {
  const parts = [id, secret, state.session?.token ?? "", url.pathname];
  return formKeyOf(new TextEncoder().encode(JSON.stringify(parts)));
}

/** Leads to the page; undefined where it is not kept, and is the answer itself. */
async function aside(
  ctx: Context<State>,
  answer: Response,
): Promise<Response | undefined> {
  const { req, state, url } = ctx;
  const { config, kv } = state.services;
  const isHtml = answer.headers.get("content-type")?.startsWith("text/html");
  const kept = isHtml && await keptOf(answer);
  if (!kept || !kept.page) return undefined;
  await takeAttempt(state.services, limit("refused-page", networkOf(state.ip)));
  const id = randomToken();
  const given = readRefusedCookie(config, req.headers) ?? "";
  const secret = isToken(given) ? given : randomToken();
  const isKept = await keepAnswer(kv, await keyOf(ctx, id, secret), {
    ...kept,
    headers: kept.headers.filter(([name]) => name !== "set-cookie"),
  }, KEPT_MS);
  if (!isKept) return undefined;
  const query = new URLSearchParams(url.search);
  query.set(NAME, id);
  const headers = new Headers(answer.headers);
  headers.delete("content-type");
  headers.delete("content-length");
  headers.set("location", `${url.pathname}?${query}`);
  const until = Date.now() + KEPT_MS;
  headers.append("set-cookie", refusedCookie(config, secret, until));
  return new Response(null, { status: 303, headers });
}

/**
 * Leads a browser whose form was refused to the page that says so. This stands around all that
 * writes headers: they belong to the page.
 */
export const refusedAside: Middleware<State> = async (ctx) => {
  const answer = await ctx.next();
  const kept = pages.get(ctx.req);
  if (kept) {
    const page = again(kept);
    // Whose it is goes with each page that is asked for.
    for (const [name, value] of answer.headers) {
      if (name === "x-person") page.headers.set(name, value);
      if (name === "set-cookie") page.headers.append(name, value);
    }
    return page;
  }
  if (ctx.req.method !== "POST" || !isByHand(ctx.req)) return answer;
  try {
    const led = await aside(ctx, answer);
    if (led) ctx.state.refused = answer.status;
    return led ?? answer;
  } catch {
    // Too many of them, or KV is down: the page is the answer.
    return answer;
  }
};

/**
 * A page with other numbers in its forms, as any that is opened again: what was done from it a moment
 * ago would not be done once more, and said to be.
 */
function renumbered(kept: Kept): Kept {
  const html = new TextDecoder().decode(kept.page).replace(
    /(name="once" value=")[^"]*/g,
    (_, start) => start + formId(),
  );
  return { ...kept, page: new TextEncoder().encode(html) };
}

/** Finds a page that is asked for once more. What is asked for otherwise is not told of its name. */
export const refusedAgain: Middleware<State> = async (ctx) => {
  const { req, state, url } = ctx;
  const id = url.searchParams.get(NAME);
  if (id === null) return await ctx.next();
  url.searchParams.delete(NAME);
  if (req.method !== "GET") return await ctx.next();
  const { config, kv } = state.services;
  const secret = readRefusedCookie(config, req.headers);
  const kept = isToken(id) && secret !== null &&
    await keptAnswer(kv, await keyOf(ctx, id, secret));
  if (!kept) {
    for (const name of TAKEN) url.searchParams.delete(name);
    return ctx.redirect(url.pathname + url.search, 303);
  }
  pages.set(req, renumbered(kept));
  return new Response();
};
