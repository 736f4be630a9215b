/** Pages that are the same for everybody who is not signed in: rendered once, compressed once. */
import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { brotliCompress, gzip } from "node:zlib";
import type { Config } from "../../config.ts";
import type { log } from "../../log.ts";
import type { Services } from "../../services.ts";
import { type Handler, pathOf, SESSION } from "./own-answers.ts";
import {
  copyWith,
  squeezedFor,
  type Template,
  templateOf,
  withoutNonce,
} from "./template.ts";
import { takes } from "../requests/encodings.ts";
import { idOf, originOf, roughNetworkOf } from "../requests/peers.ts";

/** Those with a form, whose number is another one each time: such a page has no tag. */
const FORMS = new Set(["/login", "/login?next=%2Frooms"]);
/** What nobody's session, form or language changes. */
const PATHS = new Set(["/", "/docs", "/offline", ...FORMS]);
/** They show the address they were asked for by, or what can be done there. */
const BY_ADDRESS = new Set(["/docs", ...FORMS]);
/** Pages kept at most: some 100 kB each with their encodings. Whoever asks may make addresses up. */
const MOST = 40;

interface Kept {
  page: Tagged | Template;
  /** Of the process, which has one. */
  config: Config;
}

/**
 * Answers with all but the id of the request. They are cloned, which takes a fortieth of what making
 * one from its headers takes (0.2 µs and 7).
 */
interface Tagged {
  etag: string;
  plain: Methods;
  br: Methods;
  gzip: Methods;
  /** For whoever has the page. */
  unchanged: Response;
}

type Methods = Record<"GET" | "HEAD", Response>;

const compress = {
  br: promisify<Uint8Array, Uint8Array>(brotliCompress),
  gzip: promisify<Uint8Array, Uint8Array>(gzip),
};

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
  const policy = all.get("content-security-policy") ?? "";
  all.set("content-security-policy", withoutNonce(policy));
  const [br, gzipped] = await Promise.all([
    compress.br(plain),
    compress.gzip(plain),
  ]);
  const inEncoding = (bytes: Uint8Array, encoding?: string) => {
    const headers = new Headers(all);
    if (encoding) headers.set("content-encoding", encoding);
    const GET = new Response(new Uint8Array(bytes), { headers });
    // Otherwise the body would be said to be empty.
    headers.set("content-length", String(bytes.length));
    return { GET, HEAD: new Response(null, { headers }) };
  };
  return {
    etag,
    plain: inEncoding(plain),
    br: inEncoding(br, "br"),
    gzip: inEncoding(gzipped, "gzip"),
    unchanged: new Response(null, { status: 304, headers: all }),
  };
}

function answerWith(page: Tagged, req: Request, requestId: string): Response {
  const known = req.headers.get("if-none-match");
  const accepted = req.headers.get("accept-encoding");
  const { GET, HEAD } = takes(accepted, "br")
    ? page.br
    : takes(accepted, "gzip")
    ? page.gzip
    : page.plain;
  const isKnown = known !== null &&
    (known === "*" || known.includes(page.etag));
  const kept = isKnown ? page.unchanged : req.method === "HEAD" ? HEAD : GET;
  const answer = kept.clone();
  answer.headers.set("x-request-id", requestId);
  return answer;
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
