import { STATUS_CODES } from "node:http";
import type { BuildCache } from "./build_cache.ts";
import type { Command } from "./commands.ts";
import { Context } from "./context.ts";
import type { Method } from "./handlers.ts";
import { HttpError } from "./http_error.ts";
import { type Match, Router } from "./router.ts";
import { compose, middlewaresOf, newSegment } from "./segments.ts";
import type { Middleware, ResolvedFreshConfig } from "./types.ts";

const NO_CONNECTION: Deno.ServeHandlerInfo<Deno.NetAddr> = {
  remoteAddr: { transport: "tcp", hostname: "localhost", port: 1234 },
  completed: Promise.resolve(),
};

/** Assembles the routes of an app into one function that answers requests. */
export function requestHandler<State>(
  commands: Command<State>[],
  config: ResolvedFreshConfig,
  cache: BuildCache<State>,
): (req: Request, info?: Deno.ServeHandlerInfo) => Promise<Response> {
  const root = newSegment<State>();
  const router = new Router<Middleware<State>>();
  const { basePath } = config;
  for (const command of commands) command({ root, router, basePath }, "");
  const withoutRoute = compose(middlewaresOf(root));

  return async (req, info = NO_CONNECTION) => {
    const url = publicUrl(req, config.trustProxy);
    const method = req.method.toUpperCase() as Method;
    const match = router.match(method, url.pathname);
    const ctx = new Context<State>({
      req,
      url,
      info,
      config,
      cache,
      route: match.pattern,
      params: match.params,
      next: () => withoutMatch(match, method),
    });
    try {
      const response = await (match.item ?? withoutRoute)(ctx);
      if (!(response instanceof Response)) {
        throw new TypeError(`${url.pathname} was answered by no Response`);
      }
      return method === "HEAD" ? headOf(response) : response;
    } catch (error) {
      return plainError(error);
    }
  };
}

/**
 * The same without what a GET would bring, and without a length of it that is not said: of no body
 * at all Deno would say that it has 0 bytes (RFC 9110 §8.6), of one that ends it says nothing.
 */
function headOf(response: Response): Response {
  const isSaid = response.body === null ||
    response.headers.has("content-length");
  const ended = () =>
    new ReadableStream({ start: (controller) => controller.close() });
  return new Response(isSaid ? null : ended(), response);
}

/** The address as the visitor sees it; doubled slashes count as one. */
function publicUrl(req: Request, trustProxy: boolean): URL {
  const url = new URL(req.url);
  url.pathname = url.pathname.replace(/\/+/g, "/");
  if (trustProxy) {
    const protocol = req.headers.get("x-forwarded-proto");
    const host = req.headers.get("x-forwarded-host");
    if (protocol) url.protocol = `${protocol}:`;
    if (host) url.host = host;
  }
  return url;
}

/** What is after the last middleware: nothing, or only other methods. */
function withoutMatch<T>(
  { pattern, item, methods }: Match<T>,
  method: Method,
): Promise<Response> {
  if (pattern === null || item) throw new HttpError(404);
  if (method !== "OPTIONS") throw new HttpError(405);
  const headers = { Allow: methods.join(", ") };
  return Promise.resolve(new Response(null, { status: 204, headers }));
}

function plainError(error: unknown): Response {
  const status = error instanceof HttpError ? error.status : 500;
  if (status >= 500) console.error(error);
  const text = error instanceof HttpError
    ? error.message || STATUS_CODES[status]
    : "Internal server error";
  return new Response(text, { status });
}
