import type { ComponentChild, VNode } from "preact";
import { element, type Layout, pageProps } from "./components.ts";
import { type Context, INTERNAL } from "./context.ts";
import { isByMethod, type Method } from "./handlers.ts";
import { HttpError } from "./http_error.ts";
import type { Middleware, Route, RouteComponent } from "./types.ts";

/** A piece of the path, with what applies to everything below it. */
export interface Segment<State> {
  parent: Segment<State> | null;
  children: Map<string, Segment<State>>;
  middlewares: Middleware<State>[];
  layout: Layout<State> | null;
  app: RouteComponent<State> | null;
  error: Route<State> | null;
  notFound: Route<State> | null;
}

export function newSegment<State>(
  parent: Segment<State> | null = null,
): Segment<State> {
  return {
    parent,
    children: new Map(),
    middlewares: [],
    layout: null,
    app: null,
    error: null,
    notFound: null,
  };
}

/** Finds or makes the segment of a path pattern; groups stay, `{…}?` do not. */
export function segmentAt<State>(
  root: Segment<State>,
  pattern: string,
): Segment<State> {
  let segment = root;
  for (const name of pattern.replace(/\{[^}]*\}\??/g, "").split("/")) {
    if (name === "" || name === "*") continue;
    let child = segment.children.get(name);
    if (!child) segment.children.set(name, child = newSegment(segment));
    segment = child;
  }
  return segment;
}

/** Everything that runs before a route of this segment, outermost first. */
export function middlewaresOf<State>(
  segment: Segment<State>,
): Middleware<State>[] {
  const path = [];
  for (let at: Segment<State> | null = segment; at; at = at.parent) {
    path.unshift(at);
  }
  const root = path[0];
  return path.flatMap((at) => [surround(at, root), ...at.middlewares]);
}

function surround<State>(
  { app, layout, error: errorRoute }: Segment<State>,
  root: Segment<State>,
): Middleware<State> {
  return async (ctx) => {
    const { tree } = ctx[INTERNAL];
    if (app) tree.app = app;
    if (layout?.config?.skipAppWrapper) tree.app = null;
    if (layout) {
      tree.layouts = layout.config?.skipInheritedLayouts
        ? [layout.component]
        : [...tree.layouts, layout.component];
    }
    try {
      return await ctx.next();
    } catch (error) {
      const status = error instanceof HttpError ? error.status : 500;
      if (root.notFound && status === 404) {
        return await renderRoute(ctx, root.notFound);
      }
      if (errorRoute) return await renderRoute(ctx, errorRoute, status);
      throw error;
    }
  };
}

/** Chains middlewares; each gets the page's surroundings its place has. */
export function compose<State>(fns: Middleware<State>[]): Middleware<State> {
  return (ctx) => {
    const last = ctx.next;
    const run = async (at: number): Promise<Response> => {
      if (at === fns.length) return await last();
      const { tree } = ctx[INTERNAL];
      const { app, layouts } = tree;
      ctx.next = () => run(at + 1);
      try {
        return await fns[at](ctx);
      } catch (error) {
        ctx.error = error;
        throw error;
      } finally {
        tree.app = app;
        tree.layouts = layouts;
      }
    };
    return run(0);
  };
}

/** Runs a route's handler, and renders its page with what that returned. */
export async function renderRoute<State>(
  ctx: Context<State>,
  route: Route<State>,
  status = 200,
): Promise<Response> {
  const { tree } = ctx[INTERNAL];
  if (route.config?.skipAppWrapper) tree.app = null;
  if (route.config?.skipInheritedLayouts) tree.layouts = [];

  const result = await handle(ctx, route);
  if (result instanceof Response) return result;

  let vnode: ComponentChild = null;
  if (route.component) {
    const props = pageProps(ctx, () => null, result.data);
    const made = await element(route.component, props);
    if (made instanceof Response) return made;
    vnode = made;
  }
  return await ctx.render(vnode as VNode | null, {
    headers: lastOfEach(result.headers),
    status: result.status ?? status,
  });
}

/** A name given twice counts once: cookies, too, are set with `Response`. */
function lastOfEach(init: HeadersInit = {}): Headers {
  const headers = new Headers();
  const entries = init instanceof Headers || Array.isArray(init)
    ? init
    : Object.entries(init);
  for (const [name, value] of entries) headers.set(name, value);
  return headers;
}

function handle<State>(ctx: Context<State>, route: Route<State>) {
  const { handler, component } = route;
  if (typeof handler === "function") return handler(ctx);
  const method = ctx.req.method.toUpperCase() as Method;
  if (isByMethod<unknown, State>(handler)) {
    const own = handler[method] ??
      (method === "HEAD" ? handler.GET : undefined);
    if (own) return own(ctx);
    const isPage = component && (method === "GET" || method === "HEAD");
    if (!isPage) return ctx.next();
  }
  if (!component) throw new HttpError(404);
  return { data: {}, headers: undefined, status: undefined };
}
