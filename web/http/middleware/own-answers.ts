/**
 * Answers that are one person's, given to them again for as long as all they were made from is as it
 * was. What that is is noted while an answer is made, and asked again each time: KV, which any instance
 * may have written to, and realtime. So nothing is shown that is not so any more.
 */
import { createHash } from "node:crypto";
import type { log } from "../../log.ts";
import { isNoted, MadeFrom, noted } from "../../made-from.ts";
import { momentOf } from "../../kv-moment.ts";
import type { Services } from "../../services.ts";
import {
  idOf,
  type Origin,
  originOf,
  roughNetworkOf,
} from "../requests/peers.ts";
import {
  copyWith,
  sizeOf,
  squeezedFor,
  type Template,
  templateOf,
} from "./template.ts";

export type Handler = (
  req: Request,
  info?: Deno.ServeHandlerInfo,
) => Promise<Response>;

/** The list of rooms, a room, and messages for programs. */
const PATHS = /^\/(rooms(\/[\w-]{22})?|api\/messages)(\?|$)/;
/** Whoever brings one of these may get another page than others do. */
export const SESSION = "chatsphere_session";
/** Bytes of answers that are kept, in all. */
const MOST = 32_000_000;

/** All of a request that an answer may depend on, besides its address and who sent it on. */
const HEADERS = [
  ...["accept", "accept-language", "cookie", "origin"],
  ...["x-forwarded-proto", "x-forwarded-host", "sec-fetch-site"],
];

interface Kept {
  made: MadeFrom;
  template: Template;
  /** Bytes it was counted as. */
  size?: number;
}

/** Answers by all that tells a request from others; what was not asked for longest goes first. */
class Answers {
  readonly #all = new Map<string, Kept>();
  #size = 0;

  get(key: string): Kept | undefined {
    const kept = this.#all.get(key);
    if (!kept) return undefined;
    this.#all.delete(key);
    this.#all.set(key, kept);
    return kept;
  }

  put(key: string, kept: Kept): void {
    this.drop(key);
    this.#all.set(key, kept);
    kept.size = 2 * key.length + kept.made.bytes + sizeOf(kept.template);
    this.#size += kept.size;
    for (const oldest of this.#all.keys()) {
      if (this.#size <= MOST) return;
      this.drop(oldest);
    }
  }

  drop(key: string): void {
    const kept = this.#all.get(key);
    if (!kept) return;
    this.#all.delete(key);
    this.#size -= kept.size!;
  }

  /** Counts one that has grown, if it is kept still. */
  recount(key: string, kept: Kept): void {
    if (this.#all.get(key) === kept) this.put(key, kept);
  }
}

/** All that tells a request from others, besides its method and what it carries. */
export const keyOf = (
  { url, headers }: Request,
  { fromHere }: Origin,
): string =>
  [url, fromHere, ...HEADERS.map((name) => headers.get(name))].join("\n");

/** The path of an address and what follows; no URL is made, which would cost as much as all. */
export const pathOf = (url: string): string => url.slice(url.indexOf("/", 8));

/** Tells requests of one person from those of another, and not who that is. */
export const hashOf = (id: string): string =>
  createHash("sha256").update(`request line ${id}`).digest("hex").slice(0, 12);

/**
 * Gives people who are signed in these answers again, and has `next` make what is not kept, or is not
 * so any more. Each counts against the person's rates, and has its id and its line.
 */
export function ownAnswers(
  next: Handler,
  open: () => Promise<Services>,
  write: typeof log,
): Handler {
  const answers = new Answers();

  async function make(
    s: Services,
    key: string,
    req: Request,
    info?: Deno.ServeHandlerInfo,
  ): Promise<Response> {
    const made = new MadeFrom(momentOf(s.kv));
    const answer = await noted(made, () => next(req, info));
    if (!made.isWhole) return answer;
    const template = await templateOf(answer);
    if (!template) return answer;
    answers.put(key, { made, template });
    const { status, headers } = answer;
    return new Response(template.bytes, { status, headers });
  }

  return async (req, info) => {
    const { method, headers, url } = req;
    const isTheirs = method === "GET" && PATHS.test(pathOf(url)) &&
      headers.get("cookie")?.includes(SESSION);
    if (!isTheirs) return await next(req, info);
    const s = await open();
    if (!isNoted(s.kv)) return await next(req, info);
    const started = performance.now();
    const origin = originOf(headers, info, s.config.trustedProxies);
    const key = keyOf(req, origin);
    const kept = answers.get(key);
    const isSo = kept !== undefined && await kept.made.isSo(s);
    // Who asked too often is told so by what makes answers.
    if (!isSo || !kept.made.count()) {
      answers.drop(key);
      return await make(s, key, req, info);
    }
    const requestId = idOf(headers, origin);
    const { template } = kept;
    const isNew = template.squeezed === undefined;
    const accepted = headers.get("accept-encoding");
    const squeezed = await squeezedFor(template, accepted);
    if (isNew && squeezed) answers.recount(key, kept);
    const answer = copyWith(template, requestId, squeezed);
    write("info", "request", {
      requestId,
      method,
      ...kept.made.asker,
      status: answer.status,
      network: roughNetworkOf(origin.ip),
      ms: Math.round(performance.now() - started),
    });
    return answer;
  };
}
