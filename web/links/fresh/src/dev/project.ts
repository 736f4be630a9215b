import { basename, isAbsolute, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Chunk, ClientEntries } from "../build_cache.ts";
import { type Bundle, bundle } from "./bundle.ts";
import { crawl, type Found } from "./crawl.ts";
import { hash } from "./files.ts";

export interface BuildOptions {
  /** For esbuild: the browsers to build for. */
  target?: string | string[];
  /** The project; other paths are relative to it. */
  root?: string;
  outDir?: string;
  staticDir?: string | string[];
  islandDir?: string;
  routeDir?: string;
  serverEntry?: string;
  /** Files in `routes/` and `islands/` that are neither. */
  ignore?: RegExp[];
}

export type ResolvedBuildConfig =
  & Required<Omit<BuildOptions, "staticDir">>
  & { staticDir: string[]; mode: "development" | "production" };

/** Everything a build consists of. */
export interface Built {
  bundle: Bundle;
  client: ClientEntries;
  islands: { name: string; path: string; chunk: Chunk }[];
  routes: { id: string; path: string; isEager: boolean }[];
  files: Found[];
}

const TEST_FILE = /[._]test\.(?:[tj]sx?|[mc][tj]s)$/;

/** Fills in what a project did not say, and makes its paths absolute. */
export function resolveConfig(options: BuildOptions): ResolvedBuildConfig {
  const root = absolute(options.root ?? ".", Deno.cwd());
  return {
    root,
    mode: "production",
    target: options.target ?? "es2022",
    ignore: options.ignore ?? [TEST_FILE],
    outDir: absolute(options.outDir ?? "_fresh", root),
    islandDir: absolute(options.islandDir ?? "islands", root),
    routeDir: absolute(options.routeDir ?? "routes", root),
    serverEntry: absolute(options.serverEntry ?? "main.ts", root),
    staticDir: [options.staticDir ?? "static"].flat()
      .map((folder) => absolute(folder, root)),
  };
}

/** Finds and bundles everything a project consists of. */
export async function buildProject(
  config: ResolvedBuildConfig,
): Promise<Built> {
  const { root, target, mode } = config;
  const { islands, routes, files } = await crawl(config);
  const names = uniqueNames(islands);
  const entries = Object.fromEntries(
    islands.map((path, i) => [names[i], path]),
  );
  const contents = await Promise.all(
    files.map(async ({ path, pathname }) =>
      `${pathname} ${await hash(await Deno.readFile(path))}`
    ),
  );
  const isDev = mode === "development";
  const built = await bundle({ root, entries, target, isDev }, contents);
  const { chunks } = built;
  return {
    bundle: built,
    client: {
      boot: chunks["fresh-boot"],
      signals: chunks["fresh-signals"],
      slots: chunks["fresh-slots"],
    },
    islands: islands.map((path, i) => ({
      path,
      name: names[i],
      chunk: chunks[names[i]],
    })),
    routes: await Promise.all(routes.map(async ({ id, path }) => ({
      id,
      path,
      isEager: basename(id).startsWith("_") ||
        (await Deno.readTextFile(path)).includes("routeOverride"),
    }))),
    files,
  };
}

function absolute(path: string, root: string): string {
  if (path.startsWith("file:")) return fileURLToPath(path).replace(/\/$/, "");
  return isAbsolute(path) ? path : join(root, path);
}

/** Names for the scripts of islands, from the names of their files. */
function uniqueNames(paths: string[]): string[] {
  const seen = new Map<string, number>();
  return paths.map((path) => {
    const name = basename(path).replace(/\.\w+$/, "").replace(/\W+/g, "_");
    const count = seen.get(name) ?? 0;
    seen.set(name, count + 1);
    return count ? `${name}_${count}` : name;
  });
}
