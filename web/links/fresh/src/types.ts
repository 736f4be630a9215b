import type { AnyComponent, RenderableProps, VNode } from "preact";
import type { Context } from "./context.ts";
import type { Method, RouteHandler } from "./handlers.ts";

export interface FreshConfig {
  /** Prefix of every route, e.g. `/app`. */
  basePath?: string;
  mode?: "development" | "production";
  /** Believe `X-Forwarded-Proto` and `X-Forwarded-Host`. */
  trustProxy?: boolean;
}

export type ResolvedFreshConfig = Required<FreshConfig> & { root: string };

export interface LayoutConfig {
  skipInheritedLayouts?: boolean;
  skipAppWrapper?: boolean;
}

export interface RouteConfig extends LayoutConfig {
  /** A path pattern that replaces the one made from the file's name. */
  routeOverride?: string;
  methods?: "ALL" | Method[];
}

export type Lazy<T> = () => Promise<T>;
export type MaybeLazy<T> = T | Lazy<T>;

export type Middleware<State> = (
  ctx: Context<State>,
) => Response | Promise<Response>;

export type MiddlewareFn<State> = Middleware<State>;

/** Props of pages, layouts, `_app` and `_error`. */
export type PageProps<Data = unknown, State = unknown> =
  & Pick<
    Context<State>,
    | "config"
    | "url"
    | "req"
    | "params"
    | "info"
    | "state"
    | "isPartial"
    | "Component"
    | "error"
    | "route"
  >
  & { data: Data };

export type AsyncComponent<Props> = (
  props: RenderableProps<Props>,
) => Promise<VNode | Response | null>;

export type RouteComponent<State> =
  | AnyComponent<PageProps<unknown, State>>
  | AsyncComponent<PageProps<unknown, State>>;

export interface Route<State> {
  component?: RouteComponent<State>;
  config?: RouteConfig;
  handler?: RouteHandler<unknown, State>;
}
