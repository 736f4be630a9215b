/** A form pressed twice: both presses get the answer to the first. */
import type { Context, Middleware } from "fresh";
import { bodyOf } from "../../access/row.ts";
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

/** The number of one form on one page, unguessable. */
export const formId = (): string => crypto.randomUUID();

/**
 * What a form is known by: its number, and everything else in it, so that whoever goes back and
 * changes a field has sent another one. Undefined for a form without a number, and for no form.
 */
async function keyOf(
  { req, url }: Context<State>,
): Promise<string | undefined> {
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
      typeof value === "string" ? value : await hashOf(await value.bytes()),
    );
  }
  return await hashOf(new TextEncoder().encode(JSON.stringify(parts)));
}

async function hashOf(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", bytes);
  return new Uint8Array(hash).toBase64();
}

/** A page that says what was wrong is shown again to whoever pressed, and to nobody else. */
const whoOf = ({ req, state }: Context<State>): string =>
  `${state.account?.id} ${req.headers.get("cookie")}`;

/** What a form that is under way turned out to be: one sent again, or the first of its kind. */
type Press = { again: Kept } | { keep(answer: Kept | undefined): void };

const presses = new WeakMap<Request, Press>();

/**
 * Looks whether a form was sent before. This comes after what keeps other sites' forms out, and
 * before anybody is asked to sign in: the first press may have ended the session.
 */
export const knownForms: Middleware<State> = async (ctx) => {
  const key = await keyOf(ctx);
  if (key === undefined) return await ctx.next();
  const who = whoOf(ctx);
  for (let first = answerTo(key); first; first = answerTo(key)) {
    const kept = await first;
    // The first is forgotten: of those that waited for it one goes on, and the others wait for that.
    if (kept === undefined) continue;
    if (kept.page && kept.who !== who) break;
    presses.set(ctx.req, { again: kept });
    return new Response();
  }
  const { promise, resolve } = Promise.withResolvers<Kept | undefined>();
  remember(key, promise);
  const keep = (kept?: Kept) => resolve(kept && { ...kept, who });
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
    if (press && "keep" in press) press.keep(kept);
  }
};
