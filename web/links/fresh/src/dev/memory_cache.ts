import { pathToFileURL } from "node:url";
import {
  addIslands,
  type BuildCache,
  type ClientEntries,
  type Island,
  type StaticFile,
} from "../build_cache.ts";
import { setBuildId } from "../build_id.ts";
import type { Command } from "../commands.ts";
import { type FsRoute, fsRouteCommands } from "../fs_routes.ts";
import type { Built } from "./project.ts";
import { hash, typeOf } from "./files.ts";

/** A build that lives in memory: for development, and for tests. */
export class MemoryBuildCache<State> implements BuildCache<State> {
  readonly islands = new Map<unknown, Island>();
  readonly client: ClientEntries;
  #built: Built;
  #routes: FsRoute[];

  private constructor(
    readonly root: string,
    readonly liveReload: boolean,
    built: Built,
    routes: FsRoute[],
  ) {
    this.client = built.client;
    this.#built = built;
    this.#routes = routes;
  }

  static async load<State>(
    root: string,
    liveReload: boolean,
    built: Built,
  ): Promise<MemoryBuildCache<State>> {
    const load = (path: string) => import(pathToFileURL(path).href);
    const routes = await Promise.all(
      built.routes.map(async ({ id, path }) => ({
        id,
        module: await load(path),
      })),
    );
    setBuildId(built.bundle.buildId);
    const cache = new MemoryBuildCache<State>(root, liveReload, built, routes);
    for (const { name, path, chunk } of built.islands) {
      addIslands(cache.islands, await load(path), name, chunk);
    }
    return cache;
  }

  fsRoutes(): Command<State>[] {
    return fsRouteCommands(this.#routes);
  }

  async readFile(pathname: string): Promise<StaticFile | null> {
    const path = decodeURIComponent(pathname);
    const { bundle, files } = this.#built;
    const file = files.find((file) => file.pathname === path);
    const script = bundle.files.find((file) => file.pathname === path);
    if (!file && !script) return null;
    const body = script?.contents ?? await Deno.readFile(file!.path);
    return {
      body,
      size: body.byteLength,
      hash: await hash(body),
      contentType: typeOf(path),
      close() {},
    };
  }
}
