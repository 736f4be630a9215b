/**
 * A form pressed twice: both presses get the answer to the first, whichever instance of web they
 * reach.
 */
import type { Context, Middleware } from "fresh";
import { bodyOf } from "../../access/row.ts";
import { withoutRefused } from "../../accounts/cookies.ts";
import type { State } from "../../utils.ts";
import { readForm, textOf } from "../requests/forms.ts";
import { isMultipart } from "../requests/upload.ts";
import {
  again,
  answerTo,
  type Kept,
  keptOf,
  remember,
} from "./kept-answers.ts";
import {
  type Claim,
  claimForm,
  type FormKey,
  formKeyOf,
} from "./shared-answers.ts";

/** The number of one form on one page, unguessable. */
export const formId = (): string => crypto.randomUUID();

/**
 * What a form is known by: its number, and everything else in it, so that whoever goes back and
 * changes a field has sent another one. Undefined for a form without a number, and for no form.
 */
async function keyOf(
  { req, url }: Context<State>,
): Promise<FormKey | undefined> {
  const type = req.headers.get("content-type") ?? "";
  const isForm = req.method === "POST" && !url.pathname.startsWith("/api/") &&
    /^(multipart\/form-data|application\/x-www-form-urlencoded)/.test(type);
  // The room's own form, whose files are not held: its message has a clientId.
  if (isMultipart(req) && bodyOf(req) === "message") return undefined;
  if (!isForm) return undefined;
  // What is wrong with the form the page itself says, when it reads it.
  const form = await readForm(req).catch(() => undefined);
  if (!form || !/^[\w-]{20,64}$/.test(textOf(form, "once"))) return undefined;
  const parts: string[] = [url.pathname + url.search];
  for (const [name, value] of form) {
    parts.push(
      name,
      typeof value === "string"
        ? value
        : (await hashOf(await value.bytes())).toBase64(),
    );
  }
  const text = new TextEncoder().encode(JSON.stringify(parts));
  return await formKeyOf(await hashOf(text));
}

async function hashOf(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}

/** What other instances know of a form. Without them it is still pressed once here. */
async function elsewhere(
  { state }: Context<State>,
  form: FormKey,
  who: string,
): Promise<Claim | undefined> {
  try {
    return await claimForm(state.services.kv, form, who);
  } catch {
    // KV takes nothing now: what the form changes in it will fail by itself, and say so.
    return undefined;
  }
}

/**
 * A page that says what was wrong is shown again to whoever pressed, and to nobody else. The first press
 * may have brought the cookie that leads to that page: it says nothing of who that is.
 */
const whoOf = ({ req, state: { account, services } }: Context<State>): string =>
  `${account?.id} ${withoutRefused(services.config, req.headers)}`;

/** What a form that is under way turned out to be: one sent again, or the first of its kind. */
type Press = { again: Kept } | {
  keep(answer: Kept | undefined): Promise<void>;
};

const presses = new WeakMap<Request, Press>();

/**
 * Looks whether a form was sent before. This comes after what keeps other sites' forms out, and
 * before anybody is asked to sign in: the first press may have ended the session.
 */
export const knownForms: Middleware<State> = async (ctx) => {
  const form = await keyOf(ctx);
  if (form === undefined) return await ctx.next();
  const { name } = form;
  const who = whoOf(ctx);
  for (let first = answerTo(name); first; first = answerTo(name)) {
    const kept = await first;
    // The first is forgotten: of those that waited for it one goes on, and the others wait for that.
    if (kept === undefined) continue;
    if (kept.page && kept.who !== who) break;
    presses.set(ctx.req, { again: kept });
    return new Response();
  }
  const { promise, resolve } = Promise.withResolvers<Kept | undefined>();
  remember(name, promise);
  const claim = await elsewhere(ctx, form, who);
  if (claim && "again" in claim) {
    // Where it is kept, it is kept as long as it may be.
    resolve(undefined);
    presses.set(ctx.req, claim);
    return new Response();
  }
  const keep = async (answer?: Kept) => {
    const kept = answer && { ...answer, who };
    resolve(kept);
    await claim?.settle(kept);
  };
  presses.set(ctx.req, { keep });
  return await ctx.next();
};

/**
 * Answers a form that was sent again as it was answered the first time, cookies included, also while
 * the first is under way and on another connection: a password or a code that is not right counts as
 * one try, however often its form is pressed. A form with another field in it counts, and so does one
 * that is sent by somebody else. This stands around all that writes headers: they belong to the page.
 */
export const answeredOnce: Middleware<State> = async (ctx) => {
  let kept: Kept | undefined;
  try {
    const answer = await ctx.next();
    const press = presses.get(ctx.req);
    if (press && "again" in press) return again(press.again);
    if (press) kept = await keptOf(answer);
    return answer;
  } finally {
    const press = presses.get(ctx.req);
    if (press && "keep" in press) await press.keep(kept);
  }
};
