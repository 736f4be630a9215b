import { isByMethod, type Method } from "./handlers.ts";
import type { Router } from "./router.ts";
import {
  compose,
  middlewaresOf,
  renderRoute,
  type Segment,
  segmentAt,
} from "./segments.ts";
import type {
  LayoutConfig,
  MaybeLazy,
  Middleware,
  Route,
  RouteComponent,
} from "./types.ts";

/** What an app is being assembled into. */
export interface Assembly<State> {
  root: Segment<State>;
  router: Router<Middleware<State>>;
  basePath: string;
}

/** One step of assembling an app, below a path prefix. */
export type Command<State> = (into: Assembly<State>, prefix: string) => void;

export const METHODS: Method[] = [
  "GET",
  "POST",
  "PATCH",
  "PUT",
  "DELETE",
  "HEAD",
  "OPTIONS",
];

/**
 * The methods of a route that is known when the app is assembled. One that is
 * loaded later is asked for all of them, so that where it has no handler the
 * answer is 404.
 */
export function methodsOf<State>(route: Route<State>): Method[] {
  const { handler, component } = route;
  if (!isByMethod<unknown, State>(handler)) return METHODS;
  const methods = Object.keys(handler) as Method[];
  return component && !handler.GET ? [...methods, "GET"] : methods;
}

/** Joins path patterns; `*` and `/` stand for the prefix itself. */
export function join(prefix: string, pattern: string): string {
  const rest = pattern === "*" || pattern === "/*" ? "" : pattern;
  if (prefix === "" || prefix === "/") return rest || "/";
  return prefix + (rest === "/" ? "" : rest);
}

export function useCommand<State>(
  pattern: string,
  fns: Middleware<State>[],
): Command<State> {
  return ({ root }, prefix) => {
    segmentAt(root, join(prefix, pattern)).middlewares.push(...fns);
  };
}

export function layoutCommand<State>(
  pattern: string,
  component: RouteComponent<State>,
  config?: LayoutConfig,
): Command<State> {
  return ({ root }, prefix) => {
    segmentAt(root, join(prefix, pattern)).layout = { component, config };
  };
}

export function errorCommand<State>(
  pattern: string,
  route: Route<State>,
): Command<State> {
  return ({ root }, prefix) => {
    segmentAt(root, join(prefix, pattern)).error = route;
  };
}

export function appCommand<State>(
  component: RouteComponent<State>,
): Command<State> {
  return ({ root }) => {
    root.app = component;
  };
}

export function notFoundCommand<State>(route: Route<State>): Command<State> {
  return ({ root }) => {
    root.notFound = route;
  };
}

/** Handlers of `app.get` and its like, for everything under their path. */
export function handlerCommand<State>(
  methods: Method[],
  pattern: string,
  fns: Middleware<State>[],
): Command<State> {
  return ({ root, router, basePath }, prefix) => {
    const path = join(prefix, pattern);
    const run = compose([...middlewaresOf(segmentAt(root, path)), ...fns]);
    const route = basePath +
      (pattern.endsWith("*") ? under(prefix, pattern) : path);
    for (const method of methods) router.add(method, route, run);
  };
}

function under(prefix: string, pattern: string): string {
  return prefix.replace(/\/$/, "") + (pattern === "*" ? "/*" : pattern);
}

interface RouteInit<State> {
  /** The path pattern with route groups: it decides what applies. */
  segment: string;
  /** The path pattern that is matched. */
  pattern: string;
  methods: Method[];
  route: MaybeLazy<Route<State>>;
}

export function routeCommand<State>(init: RouteInit<State>): Command<State> {
  let { route } = init;
  return ({ root, router, basePath }, prefix) => {
    const segment = segmentAt(root, join(prefix, init.segment));
    const run = compose([...middlewaresOf(segment), async (ctx) => {
      if (typeof route === "function") route = await route();
      return renderRoute(ctx, route);
    }]);
    const path = basePath + join(prefix, init.pattern);
    for (const method of init.methods) router.add(method, path, run);
  };
}
