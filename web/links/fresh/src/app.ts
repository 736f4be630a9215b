import { type BuildCache, EMPTY_CACHE } from "./build_cache.ts";
import {
  appCommand,
  type Command,
  errorCommand,
  handlerCommand,
  join,
  layoutCommand,
  METHODS,
  methodsOf,
  notFoundCommand,
  routeCommand,
  useCommand,
} from "./commands.ts";
import type { Method } from "./handlers.ts";
import { requestHandler } from "./request.ts";
import type {
  FreshConfig,
  LayoutConfig,
  MaybeLazy,
  Middleware,
  ResolvedFreshConfig,
  Route,
  RouteComponent,
  RouteConfig,
} from "./types.ts";

export type ListenOptions =
  & Partial<Deno.ServeTcpOptions & Deno.TlsCertifiedKeyPem>
  & { remoteAddress?: string };

const CACHE = Symbol("cache");

/** Gives an app the islands, routes and files of a build. */
export function setBuildCache<State>(
  app: App<State>,
  cache: BuildCache<State>,
  mode: "development" | "production",
): void {
  app[CACHE] = cache;
  app.config.root = cache.root;
  app.config.mode = mode;
}

/** An app: middlewares, routes and pages, in the order they are added. */
export class App<State> {
  config: ResolvedFreshConfig;
  [CACHE]: BuildCache<State> | null = null;
  #commands: Command<State>[] = [];

  constructor(config: FreshConfig = {}) {
    this.config = {
      root: ".",
      basePath: config.basePath ?? "",
      mode: config.mode ?? "production",
      trustProxy: config.trustProxy ?? false,
    };
  }

  #add(command: Command<State>): this {
    this.#commands.push(command);
    return this;
  }

  /** Adds middlewares, for everything or for what is below a path. */
  use(...middleware: Middleware<State>[]): this;
  use(path: string, ...middleware: Middleware<State>[]): this;
  use(first: string | Middleware<State>, ...rest: Middleware<State>[]): this {
    return typeof first === "string"
      ? this.#add(useCommand(first, rest))
      : this.#add(useCommand("*", [first, ...rest]));
  }

  /** What answers where no route matches, or 404 is thrown. */
  notFound(route: Route<State> | Middleware<State>): this {
    return this.#add(notFoundCommand(asRoute(route)));
  }

  /** What answers where something below `path` throws. */
  onError(path: string, route: Route<State> | Middleware<State>): this {
    return this.#add(errorCommand(path, asRoute(route)));
  }

  appWrapper(component: RouteComponent<State>): this {
    return this.#add(appCommand(component));
  }

  layout(
    path: string,
    component: RouteComponent<State>,
    config?: LayoutConfig,
  ): this {
    return this.#add(layoutCommand(path, component, config));
  }

  route(
    path: string,
    route: MaybeLazy<Route<State>>,
    config?: RouteConfig,
  ): this {
    const isLazy = typeof route === "function";
    const own = isLazy ? config : route.config;
    const ofConfig = Array.isArray(config?.methods) ? config.methods : METHODS;
    const methods = isLazy ? ofConfig : methodsOf(route);
    const pattern = own?.routeOverride ?? path;
    return this.#add(routeCommand({ segment: path, pattern, methods, route }));
  }

  #handle(
    methods: Method[],
    path: string,
    fns: Middleware<State>[],
  ): this {
    return this.#add(handlerCommand(methods, path, fns));
  }

  get(path: string, ...middlewares: Middleware<State>[]): this {
    return this.#handle(["GET"], path, middlewares);
  }
  post(path: string, ...middlewares: Middleware<State>[]): this {
    return this.#handle(["POST"], path, middlewares);
  }
  patch(path: string, ...middlewares: Middleware<State>[]): this {
    return this.#handle(["PATCH"], path, middlewares);
  }
  put(path: string, ...middlewares: Middleware<State>[]): this {
    return this.#handle(["PUT"], path, middlewares);
  }
  delete(path: string, ...middlewares: Middleware<State>[]): this {
    return this.#handle(["DELETE"], path, middlewares);
  }
  head(path: string, ...middlewares: Middleware<State>[]): this {
    return this.#handle(["HEAD"], path, middlewares);
  }
  all(path: string, ...middlewares: Middleware<State>[]): this {
    return this.#handle(METHODS, path, middlewares);
  }

  /** Adds the routes of the `routes/` folder here, or below a path. */
  fsRoutes(pattern = "*"): this {
    return this.#add((into, prefix) => {
      const below = join(prefix, pattern);
      for (const command of this[CACHE]?.fsRoutes() ?? []) {
        command(into, below);
      }
    });
  }

  /** Adds everything of another app below a path. */
  mountApp(path: string, app: App<State>): this {
    return this.#add((into, prefix) => {
      app[CACHE] = this[CACHE];
      const below = join(join(prefix, path), app.config.basePath || "*");
      for (const command of app.#commands) command(into, below);
    });
  }

  /** The request handler, for `Deno.serve` and for tests. */
  handler(): (
    request: Request,
    info?: Deno.ServeHandlerInfo,
  ) => Promise<Response> {
    return requestHandler(
      this.#commands,
      this.config,
      this[CACHE] ?? EMPTY_CACHE,
    );
  }

  /** Serves the app; without a port on the first free one from 8000. */
  async listen(options: ListenOptions = {}): Promise<void> {
    const handler = this.handler();
    const ports = options.port === undefined
      ? Array.from({ length: 20 }, (_, i) => 8000 + i)
      : [options.port];
    for (const port of ports) {
      try {
        await Deno.serve({ ...options, port }, handler).finished;
        return;
      } catch (error) {
        const isTaken = error instanceof Deno.errors.AddrInUse;
        if (!isTaken || port === ports.at(-1)) throw error;
      }
    }
  }
}

function asRoute<State>(
  route: Route<State> | Middleware<State>,
): Route<State> {
  return typeof route === "function" ? { handler: route } : route;
}
