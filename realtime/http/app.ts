import { Hono, type MiddlewareHandler } from "hono";
import { FrameError } from "../frame-fields.ts";
import { REQUESTS, type RouteRow } from "../access/table.ts";
import { admit, type Call, type HttpContext } from "./call.ts";
import { describe, HttpError, refusalResponse } from "./error.ts";
import { ROUTES } from "./routes.ts";
import { StoreError } from "../log/log.ts";
import { requestIdOf } from "../common/request-id.ts";
import { errorFields } from "../operations/logger.ts";

interface Env {
  Variables: {
    requestId: string;
    /** The pattern of the route; of an address that nothing is at, none. */
    route?: string;
  };
}

/** Asked every few seconds: lines about them would bury the others. */
const PROBES = new Set(["/healthz", "/readyz", "/metrics"]);

/** Answers every request that is not an upgrade. */
export function createApp(context: HttpContext): Hono<Env> {
  // As it was sent: Hono decodes what it can, and takes the rest as it is.
  const app = new Hono<Env>({ getPath: ({ url }) => new URL(url).pathname });
  app.use(observed(context));
  app.use("/metrics", async (c, next) => {
    if (context.local && !isHere(new URL(c.req.url))) throw nothingHere();
    await next();
  });
  for (const [method, path, handle] of ROUTES) {
    const row = rowOf(method, path);
    app.on(method, path, async (c, next) => {
      // Hono gives HEAD to those who answer GET.
      if (c.req.method !== method) return await next();
      c.set("route", path);
      const roomId = decoded(c.req.path, c.req.param("id"));
      const url = new URL(c.req.url);
      const call: Call = { context, request: c.req.raw, url, roomId, row };
      const person = await admit(call);
      return await handle({ ...call, person });
    });
  }
  for (const path of new Set(ROUTES.map(([, path]) => path))) {
    app.all(path, (c) => {
      c.set("route", path);
      throw new HttpError(405, "method-not-allowed", "Not this way.");
    });
  }
  app.all("*", () => {
    throw nothingHere();
  });
  app.onError((error, c) => {
    tellOperator(context, error, c.get("requestId"));
    return refusalResponse(describe(error));
  });
  return app;
}

/** @throws {TypeError} for what is not in the table: nothing is served then. */
function rowOf(method: string, path: string): RouteRow {
  const row = REQUESTS[`${method} ${path}`];
  if (row) return row;
  throw new TypeError(`${method} ${path} is not in the table.`);
}

/** Each request has an id and a line. */
const observed =
  ({ hub }: HttpContext): MiddlewareHandler<Env> => async (c, next) => {
    const started = performance.now();
    const requestId = requestIdOf(c.req.raw.headers);
    c.set("requestId", requestId);
    await next();
    const { headers, status } = c.res;
    headers.set("x-request-id", requestId);
    headers.set("cache-control", "no-store");
    headers.set("x-content-type-options", "nosniff");
    const route = c.get("route") ?? "unknown";
    if (PROBES.has(route)) return;
    const ms = Math.round(performance.now() - started);
    const code = c.error && describe(c.error).code;
    hub.logger("info", "request", {
      ...{ requestId, method: c.req.method, route, status, code, ms },
    });
  };

function tellOperator({ hub }: HttpContext, error: unknown, requestId: string) {
  const { code, status } = describe(error);
  hub.metrics.failed(code);
  if (error instanceof StoreError) hub.storeFailed(error);
  if (status !== 500) return;
  hub.logger("error", "http-failed", { requestId, ...errorFields(error) });
}

const nothingHere = () =>
  new HttpError(404, "not-found", "There is nothing here.");

/** Whether the address asked for is a name of this machine, and not the one a proxy is known by. */
const isHere = ({ hostname }: URL): boolean =>
  /^(localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])$/.test(hostname);

/** A part of an address, which Hono leaves as it is where it is not well formed. */
function decoded(path: string, part = ""): string {
  try {
    decodeURIComponent(path);
    return part;
  } catch {
    throw new FrameError("bad-frame", "The address is not well formed.");
  }
}
