import type { Context } from "../context.ts";
import { HttpError } from "../http_error.ts";
import type { Middleware } from "../types.ts";

export interface CsrfOptions<State = unknown> {
  /** Allowed origin(s); by default the origin the request was sent to. */
  origin?:
    | string
    | string[]
    | ((origin: string, context: Context<State>) => boolean);
}

const SAFE = new Set(["GET", "HEAD", "OPTIONS"]);

/**
 * Refuses requests that change something and come from another site's page:
 * browsers say so in `Sec-Fetch-Site` or `Origin`; programs that send neither
 * carry no visitor's cookies by accident and pass. Throws `HttpError` 403.
 */
export function csrf<State>(options: CsrfOptions<State> = {}): Middleware<
  State
> {
  return (ctx) => {
    const { method, headers } = ctx.req;
    const site = headers.get("sec-fetch-site");
    const origin = headers.get("origin");
    if (
      SAFE.has(method) || site === "same-origin" || site === "none" ||
      (site === null && origin === null) ||
      (origin !== null && isAllowed(options.origin, origin, ctx))
    ) return ctx.next();
    throw new HttpError(403);
  };
}

function isAllowed<State>(
  allowed: CsrfOptions<State>["origin"],
  origin: string,
  ctx: Context<State>,
): boolean {
  if (!allowed) return origin === ctx.url.origin;
  if (typeof allowed === "function") return allowed(origin, ctx);
  return typeof allowed === "string"
    ? origin === allowed
    : allowed.includes(origin);
}
