import { FrameError } from "../frame-fields.ts";
import type { HttpContext } from "./call.ts";
import { describe, HttpError, refusalResponse } from "./error.ts";
import { ROUTES } from "./routes.ts";
import { StoreError } from "../log/log.ts";
import { requestIdOf } from "../common/request-id.ts";
import { errorFields } from "../operations/logger.ts";

const PATTERNS = ROUTES.map(([, path]) =>
  new RegExp(`^${path.replace(":id", "([^/]+)")}$`)
);
/** Asked every few seconds: lines about them would bury the others. */
const PROBES = new Set(["/healthz", "/readyz", "/metrics"]);

/** Answers every request that is not an upgrade; never throws. Each has an id and a line. */
export async function handleHttp(
  context: HttpContext,
  request: Request,
): Promise<Response> {
  const started = performance.now();
  const requestId = requestIdOf(request.headers);
  const found = { route: "unknown" };
  let code: string | undefined;
  let answer: Response;
  try {
    answer = await route(context, request, found);
  } catch (error) {
    const refusal = describe(error);
    code = refusal.code;
    answer = refusalResponse(refusal);
    tellOperator(context, error, requestId);
  }
  answer.headers.set("x-request-id", requestId);
  answer.headers.set("cache-control", "no-store");
  answer.headers.set("x-content-type-options", "nosniff");
  if (!PROBES.has(found.route)) {
    const { method } = request;
    const ms = Math.round(performance.now() - started);
    const { route } = found, { status } = answer;
    context.hub.logger("info", "request", {
      ...{ requestId, method, route, status, code, ms },
    });
  }
  return answer;
}

function tellOperator({ hub }: HttpContext, error: unknown, requestId: string) {
  const { code, status } = describe(error);
  hub.metrics.failed(code);
  if (error instanceof StoreError) hub.storeFailed(error);
  if (status !== 500) return;
  hub.logger("error", "http-failed", { requestId, ...errorFields(error) });
}

function route(
  context: HttpContext,
  request: Request,
  found: { route: string },
): Promise<Response> {
  const url = new URL(request.url);
  for (const [i, [method, path, handle]] of ROUTES.entries()) {
    const match = PATTERNS[i]?.exec(url.pathname);
    if (!match) continue;
    if (path === "/metrics" && context.local && !isHere(url)) continue;
    found.route = path;
    if (method !== request.method) continue;
    const roomId = decoded(match[1] ?? "");
    return handle({ context, request, url, roomId });
  }
  throw found.route === "unknown"
    ? new HttpError(404, "not-found", "There is nothing here.")
    : new HttpError(405, "method-not-allowed", "Not this way.");
}

/** Whether the address asked for is a name of this machine, and not the one a proxy is known by. */
const isHere = ({ hostname }: URL): boolean =>
  /^(localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])$/.test(hostname);

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new FrameError("bad-frame", "The address is not well formed.");
  }
}
