import type { Context } from "hono";
import { createMiddleware } from "hono/factory";
import { matchedRoutes } from "hono/route";
import { assertService, bearer } from "../access/auth.ts";
import { REQUESTS, type Row } from "../access/table.ts";
import { routeOf } from "../operations/metrics.ts";
import { requestIdOf } from "../../realtime/common/request-id.ts";
import { ErrorSchema } from "./schemas.ts";
import type { Env } from "./context.ts";
import type { Deps } from "../service.ts";

/** What the table says of a request; undefined where nothing is at the address for its method. */
function rowOf(c: Context<Env>): Row | undefined {
  const route = matchedRoutes(c).find(({ method, path }) =>
    method !== "ALL" && !path.includes("*")
  );
  if (route === undefined) return undefined;
  const rows: Record<string, Row> = REQUESTS;
  const row = rows[`${route.method} ${route.path}`];
  if (row) return row;
  throw new TypeError(`${route.method} ${route.path} is not in the table.`);
}

/**
 * Lets in whom the table says, as often as it says, and tells the handlers who it is.
 *
 * Throws ApiError: what `Auth.verify` throws; 403 `service-only`; 429 `rate-limited`.
 */
export const allowed = ({ auth, limits }: Pick<Deps, "auth" | "limits">) =>
  createMiddleware<Env>(async (c, next) => {
    const row = rowOf(c);
    if (row === undefined) return await next();
    c.set("row", row);
    if (row.who !== "anyone") {
      const caller = await auth.verify(bearer(c.req.raw.headers));
      c.set("caller", caller);
      if (row.who === "web") assertService(caller);
      if (row.isRecording) limits.take(caller);
    }
    await next();
  });

/** Asked every few seconds: lines about them would bury the others. */
const PROBES = new Set(["/healthz", "/readyz", "/metrics"]);

/** Gives each request its id, counts it, and writes one line about it once it is answered. */
export const observed = ({ log, metrics }: Pick<Deps, "log" | "metrics">) =>
  createMiddleware<Env>(async (c, next) => {
    const started = performance.now();
    const requestId = requestIdOf(c.req.raw.headers);
    c.set("requestId", requestId);
    // Body limits wrap the request in another one; only the first knows about the connection.
    // Deno 2.8.3 to 2.9.6 tell of a closed HTTP/1 connection only when it was reset, or when the
    // body came with the head (denoland/deno#34446 brought it); over HTTP/2 they always do.
    c.set("gone", c.req.raw.signal);
    await next();
    c.res.headers.set("x-request-id", requestId);
    metrics.request(c.req.method, c.req.path, c.res.status);
    if (PROBES.has(c.req.path) && c.get("code") === undefined) return;
    log("info", "request", {
      requestId,
      method: c.req.method,
      route: routeOf(c.req.path),
      status: c.res.status,
      code: c.get("code"),
      caller: c.get("caller")?.kind,
      bytes: Number(c.req.header("content-length") ?? 0),
      ms: Math.round(performance.now() - started),
    });
  });

const MEANINGS: Record<number, string> = {
  400: "The request makes no sense as it is",
  401: "No valid credential",
  403: "Not for this caller",
  404: "No such thing, or not yours",
  409: "There is something already",
  413: "Too large or too long",
  415: "Not a recording this server can read",
  408: "The request came too slowly",
  422: "A recording, but not one with words in it",
  426: "Only as a WebSocket",
  429: "Too many requests; see Retry-After",
  504: "The recogniser took too long",
  503: "The recogniser is off or busy, or web cannot be reached",
};

/** The documented failures of a route. */
export const failures = (...statuses: (keyof typeof MEANINGS)[]) =>
  Object.fromEntries(statuses.map((status) => [status, {
    description: MEANINGS[status],
    content: { "application/json": { schema: ErrorSchema } },
  }]));
