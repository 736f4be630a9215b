import {
  appCommand,
  type Command,
  errorCommand,
  layoutCommand,
  METHODS,
  methodsOf,
  notFoundCommand,
  routeCommand,
  useCommand,
} from "./commands.ts";
import { patternOf } from "./route_pattern.ts";
import type {
  Middleware,
  Route,
  RouteComponent,
  RouteConfig,
} from "./types.ts";

/** A file of `routes/`: its path without ending, and its module. */
export interface FsRoute {
  id: string;
  module: unknown;
}

interface RouteModule<State> {
  config?: RouteConfig;
  handler?: Route<State>["handler"] | Middleware<State>[];
  handlers?: Route<State>["handler"];
  default?: RouteComponent<State>;
}

const SPECIAL = /^_(app|middleware|layout|error|404|500)$/;

const nameOf = (id: string) => id.slice(id.lastIndexOf("/") + 1);
const folderOf = (id: string) => id.slice(0, id.lastIndexOf("/"));

/** The commands of a `routes/` folder, in the order they must be applied. */
export function fsRouteCommands<State>(files: FsRoute[]): Command<State>[] {
  const isSpecial = ({ id }: FsRoute) => SPECIAL.test(nameOf(id));
  const special = files.filter(isSpecial);
  const routes = files.filter((file) => !isSpecial(file))
    .toSorted((a, b) => compareRoutes(a.id, b.id));
  return [
    ...special.map((file) => specialCommand<State>(file)),
    ...routes.map((file) => fileCommand<State>(file)),
  ];
}

function specialCommand<State>({ id, module }: FsRoute): Command<State> {
  const found = module as RouteModule<State>;
  const below = patternOf(folderOf(id), "with groups");
  const kind = nameOf(id);
  if (kind === "_middleware") {
    const fns = found.handlers ?? found.handler ?? found.default;
    return useCommand(below, [fns].flat() as Middleware<State>[]);
  }
  if (kind === "_404") return notFoundCommand(asRoute(found));
  if (kind === "_error" || kind === "_500") {
    return errorCommand(below, asRoute(found));
  }
  if (!found.default) throw new Error(`${id} has no default export`);
  return kind === "_app"
    ? appCommand(found.default)
    : layoutCommand(below, found.default, found.config);
}

function fileCommand<State>({ id, module }: FsRoute): Command<State> {
  const load = async () => {
    const found = typeof module === "function" ? await module() : module;
    return asRoute<State>(found);
  };
  const loaded = typeof module === "function"
    ? undefined
    : asRoute<State>(module as RouteModule<State>);
  const own = loaded?.config?.routeOverride;
  return routeCommand<State>({
    segment: patternOf(folderOf(id), "with groups"),
    pattern: own ?? patternOf(id.replace(/\/index$/, "")),
    methods: loaded && own ? methodsOf(loaded) : METHODS,
    route: load,
  });
}

function asRoute<State>(module: RouteModule<State>): Route<State> {
  return {
    component: module.default,
    config: module.config,
    handler: (module.handlers ?? module.handler) as Route<State>["handler"],
  };
}

/** Sorts what is fixed before what is a parameter, groups aside. */
export function compareRoutes(a: string, b: string): number {
  const left = segments(a);
  const right = segments(b);
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    if (left[i] === undefined) return 1;
    if (right[i] === undefined) return -1;
    const rank = rankOf(left[i]) - rankOf(right[i]);
    if (rank !== 0) return rank;
    if (left[i] !== right[i]) return left[i] < right[i] ? -1 : 1;
  }
  return 0;
}

function segments(id: string): string[] {
  return id.split("/").filter((part) => part && !/^\(.*\)$/.test(part));
}

function rankOf(segment: string): number {
  if (segment.startsWith("[...")) return 2;
  return segment.includes("[") ? 1 : 0;
}
