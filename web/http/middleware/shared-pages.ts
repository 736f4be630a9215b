/** Pages that are the same for everybody who is not signed in: rendered once, compressed once. */
import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { brotliCompress, gzip } from "node:zlib";
import type { Config } from "../../config.ts";
import type { log } from "../../log.ts";
import type { Services } from "../../services.ts";
import { finishFirst } from "../../shutdown.ts";
import {
  copyWith,
  squeezedFor,
  type Template,
  templateOf,
} from "./template.ts";
import { takes } from "../requests/encodings.ts";
import { idOf, originOf, roughNetworkOf } from "../requests/peers.ts";

type Handler = (
  req: Request,
  info?: Deno.ServeHandlerInfo,
) => Promise<Response>;

/** Those with a form, whose number is another one each time: such a page has no tag. */
const FORMS = new Set(["/login", "/login?next=%2Frooms"]);
/** What nobody's session, form or language changes. */
const PATHS = new Set(["/", "/docs", "/offline", ...FORMS]);
/** They show the address they were asked for by, or what can be done there. */
const BY_ADDRESS = new Set(["/docs", ...FORMS]);
/** Whoever brings one of these may get another page. */
const SESSION = "chatsphere_session";
/** Pages kept at most: some 100 kB each with their encodings. Whoever asks may make addresses up. */
const MOST = 40;

interface Kept {
  page: Tagged | Template;
  /** Of the process, which has one. */
  config: Config;
}

interface Tagged {
  etag: string;
  /** All but the id of the request, the body's encoding and its length. */
  headers: Record<string, string>;
  plain: Uint8Array<ArrayBuffer>;
  br: Uint8Array<ArrayBuffer>;
  gzip: Uint8Array<ArrayBuffer>;
}

const compress = {
  br: promisify<Uint8Array, Uint8Array>(brotliCompress),
  gzip: promisify<Uint8Array, Uint8Array>(gzip),
};

/** The path of an address that says nothing else; no URL is made, which would cost as much as all. */
const pathOf = (url: string): string => url.slice(url.indexOf("/", 8));

/** A page as it is kept; null where it is one person's, or has something of this one request in it. */
async function keptOf(
  path: string,
  answer: Response,
  open: () => Promise<Services>,
): Promise<Kept | null> {
  const page = await (FORMS.has(path) ? templateOf(answer) : taggedOf(answer));
  return page && { page, config: (await open()).config };
}

async function taggedOf(answer: Response): Promise<Tagged | null> {
  const { status, headers } = answer;
  const isHtml = headers.get("content-type")?.startsWith("text/html");
  if (status !== 200 || !isHtml || headers.has("set-cookie")) return null;
  const plain = await answer.bytes();
  // In development a script reloads it.
  if (new TextDecoder().decode(plain).includes('nonce="')) return null;
  const hash = createHash("sha256").update(plain).digest("base64url");
  const etag = `W/"${hash.slice(0, 22)}"`;
  const all = new Headers(headers);
  all.delete("x-request-id");
  all.set("etag", etag);
  all.append("vary", "accept-encoding");
  // A nonce that stays the same for long is none; no script of these pages has it.
  const policy = all.get("content-security-policy") ?? "";
  all.set("content-security-policy", policy.replace(/ 'nonce-\w+'/g, ""));
  const [br, gzipped] = await Promise.all([
    compress.br(plain),
    compress.gzip(plain),
  ]);
  return {
    etag,
    headers: Object.fromEntries(all),
    plain,
    br: new Uint8Array(br),
    gzip: new Uint8Array(gzipped),
  };
}

function answerWith(page: Tagged, req: Request, requestId: string): Response {
  const { etag, plain } = page;
  const known = req.headers.get("if-none-match");
  const accepted = req.headers.get("accept-encoding");
  const headers: Record<string, string> = {
    ...page.headers,
    "x-request-id": requestId,
  };
  if (known !== null && (known === "*" || known.includes(etag))) {
    return new Response(null, { status: 304, headers });
  }
  const encoding = takes(accepted, "br")
    ? "br"
    : takes(accepted, "gzip")
    ? "gzip"
    : undefined;
  if (encoding) headers["content-encoding"] = encoding;
  const body = encoding ? page[encoding] : plain;
  if (req.method !== "HEAD") return new Response(body, { headers });
  // Otherwise it would be said to be empty.
  headers["content-length"] = String(body.length);
  return new Response(null, { headers });
}

/**
 * Answers these pages before anything else looks at the request, once they were rendered; everybody
 * who may be signed in, and everything else, goes on to `next`. Each has its id and its line.
 */
export function sharedPages(
  next: Handler,
  open: () => Promise<Services>,
  write: typeof log,
): Handler {
  const pages = new Map<string, Kept | "made">();

  /** The one that was not asked for the longest goes, but none by our own address. */
  function keep(key: string, kept: Kept) {
    pages.set(key, kept);
    if (pages.size <= MOST) return;
    const { host } = new URL(kept.config.appUrl);
    const isOwn = (key: string) =>
      !key.includes("://") || key.split("/")[2] === host;
    for (const [oldest, value] of pages) {
      if (value === "made" || isOwn(oldest)) continue;
      pages.delete(oldest);
      return;
    }
  }

  async function make(
    key: string,
    path: string,
    req: Request,
    info?: Deno.ServeHandlerInfo,
  ) {
    pages.set(key, "made");
    try {
      const answer = await next(req, info);
      if (req.method === "GET") {
        const kept = await keptOf(path, answer.clone(), open);
        if (kept) keep(key, kept);
      }
      return answer;
    } finally {
      if (pages.get(key) === "made") pages.delete(key);
    }
  }

  return (req, info) => {
    const { method } = req;
    const isGet = method === "GET" || method === "HEAD";
    const path = pathOf(req.url);
    if (!isGet || !PATHS.has(path)) return next(req, info);
    const { headers } = req;
    const isPerhapsKnown = headers.get("cookie")?.includes(SESSION);
    if (isPerhapsKnown) return next(req, info);
    const isPage = headers.get("accept")?.includes("text/html");
    const proto = headers.get("x-forwarded-proto");
    const of = BY_ADDRESS.has(path) ? req.url : path;
    const key = `${isPage} ${proto === "https"} ${of}`;
    const kept = pages.get(key);
    if (kept === undefined) return make(key, path, req, info);
    if (kept === "made") return next(req, info);
    const { page } = kept;
    // The length of what a GET would bring is another one each time it is compressed.
    if ("numbers" in page && method === "HEAD") return next(req, info);
    // Now it is the one that was asked for last; while there is room, that is all the same.
    if (pages.size > MOST / 2) {
      pages.delete(key);
      pages.set(key, kept);
    }
    if (info) finishFirst(info.completed);
    // What waits in queues goes on, as with any request.
    open().catch(() => {
      // The page needs nothing of it.
    });
    const { trustedProxies } = kept.config;
    const origin = originOf(headers, info, trustedProxies);
    const requestId = idOf(headers, origin);
    const give = (answer: Response) => {
      write("info", "request", {
        requestId,
        method,
        route: path.split("?")[0],
        status: answer.status,
        network: roughNetworkOf(origin.ip),
        ms: 0,
      });
      return answer;
    };
    if (!("numbers" in page)) {
      return Promise.resolve(give(answerWith(page, req, requestId)));
    }
    return squeezedFor(page, headers.get("accept-encoding"))
      .then((squeezed) => give(copyWith(page, requestId, squeezed)));
  };
}
