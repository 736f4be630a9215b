/** A form pressed twice: both presses get the answer to the first. */
import type { Middleware } from "fresh";
import type { State } from "../../utils.ts";
import { readForm, textOf } from "../requests/forms.ts";

/** The pages whose forms have a field for photos. */
const WITH_FILES = new Set(["/register", "/account/face", "/login/face"]);
/** The page that takes a recording. */
const WITH_RECORDING = /^\/rooms\/[^/]+\/dictate$/;

const takenBy = (path: string) =>
  WITH_FILES.has(path)
    ? "files"
    : WITH_RECORDING.test(path)
    ? "recording"
    : "text";

/** How long an answer is given again: a second press follows the first, a new try does not. */
const REMEMBERED_MS = 30_000;
/** Answers remembered at most: each is a status and a few headers. */
const MOST = 5_000;

/** The number of one form on one page, unguessable. */
export const formId = (): string => crypto.randomUUID();

/** A redirect, which is what a form that was taken ends in; undefined: it ended in something else. */
type Taken = { status: number; headers: [string, string][] } | undefined;

const answers = new Map<string, Promise<Taken>>();

function remember(key: string, answer: Promise<Taken>): void {
  answers.set(key, answer);
  const [oldest] = answers.keys();
  if (answers.size > MOST && oldest !== undefined) answers.delete(oldest);
  const forget = () => {
    if (answers.get(key) === answer) answers.delete(key);
  };
  answer.then((taken) => {
    if (taken === undefined) forget();
    else Deno.unrefTimer(setTimeout(forget, REMEMBERED_MS));
  });
}

/**
 * What a form is known by: its number, and everything else in it, so that whoever goes back and
 * changes a field has sent another one. Undefined for a form without a number.
 */
async function keyOf(url: URL, form: FormData): Promise<string | undefined> {
  if (!/^[\w-]{20,64}$/.test(textOf(form, "once"))) return undefined;
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

const again = ({ status, headers }: NonNullable<Taken>): Response =>
  new Response(null, { status, headers });

/**
 * Answers a form that was sent again as it was answered the first time, cookies included, also while
 * the first is under way and on another connection. A form that was refused is looked at anew. This
 * comes before anybody is asked to sign in: the first press may have ended the session.
 */
export const answeredOnce: Middleware<State> = async (ctx) => {
  const { req, url } = ctx;
  const type = req.headers.get("content-type") ?? "";
  const isForm = req.method === "POST" && !url.pathname.startsWith("/api/") &&
    /^(multipart\/form-data|application\/x-www-form-urlencoded)/.test(type);
  if (!isForm) return await ctx.next();
  const takes = takenBy(url.pathname);
  // What is wrong with the form the page itself says, when it reads it.
  const form = await readForm(req, takes).catch(() => undefined);
  const key = form && await keyOf(url, form);
  if (key === undefined) return await ctx.next();
  for (let first = answers.get(key); first; first = answers.get(key)) {
    const taken = await first;
    if (taken) return again(taken);
    if (answers.get(key) === first) answers.delete(key);
  }
  const { promise, resolve } = Promise.withResolvers<Taken>();
  remember(key, promise);
  try {
    const answer = await ctx.next();
    const { status, headers } = answer;
    const isTaken = status >= 300 && status < 400;
    resolve(isTaken ? { status, headers: [...headers] } : undefined);
    return answer;
  } catch (error) {
    resolve(undefined);
    throw error;
  }
};
