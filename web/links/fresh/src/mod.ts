/**
 * A small stand-in for `jsr:@fresh/core` 2.3, for places JSR cannot be reached
 * from: the part of its public API that ChatSphere uses, with its behaviour.
 *
 * It differs where Fresh itself errs, and apps must not rely on that:
 * `ctx.redirect` also joins backslashes, bad percent-encoding in a parameter
 * and unknown methods are no 500, and `If-None-Match` may be a list.
 */
export { App, type ListenOptions } from "./app.ts";
export type { Context, FreshContext } from "./context.ts";
export { createDefine, type Define } from "./define.ts";
export {
  type HandlerByMethod,
  type HandlerFn,
  type Method,
  page,
  type PageResponse,
  type RouteData,
  type RouteHandler,
} from "./handlers.ts";
export { HttpError } from "./http_error.ts";
export { csp, type CSPOptions } from "./middlewares/csp.ts";
export { csrf, type CsrfOptions } from "./middlewares/csrf.ts";
export { staticFiles } from "./middlewares/static_files.ts";
export type {
  FreshConfig,
  LayoutConfig,
  Lazy,
  MaybeLazy,
  Middleware,
  MiddlewareFn,
  PageProps,
  ResolvedFreshConfig,
  RouteConfig,
} from "./types.ts";
