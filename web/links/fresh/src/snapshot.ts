import {
  addIslands,
  type BuildCache,
  type Chunk,
  type ClientEntries,
  type Island,
  type StaticFile,
} from "./build_cache.ts";
import { setBuildId } from "./build_id.ts";
import type { Command } from "./commands.ts";
import { type FsRoute, fsRouteCommands } from "./fs_routes.ts";

export interface FileSnapshot {
  path: URL;
  hash: string;
  contentType: string;
}

/** The contents of the generated `_fresh/snapshot.js`. */
export interface Snapshot {
  version: string;
  client: ClientEntries;
  islands: {
    name: string;
    module: Record<string, unknown>;
    chunk: Chunk;
  }[];
  routes: FsRoute[];
  files: Map<string, FileSnapshot>;
}

/** The build of an app on disk, as it is served. */
export class ProdBuildCache<State> implements BuildCache<State> {
  readonly liveReload = false;
  readonly islands = new Map<unknown, Island>();
  readonly client: ClientEntries;
  #snapshot: Snapshot;

  constructor(readonly root: string, snapshot: Snapshot) {
    setBuildId(snapshot.version);
    this.client = snapshot.client;
    this.#snapshot = snapshot;
    for (const { name, module, chunk } of snapshot.islands) {
      addIslands(this.islands, module, name, chunk);
    }
  }

  fsRoutes(): Command<State>[] {
    return fsRouteCommands(this.#snapshot.routes);
  }

  async readFile(pathname: string): Promise<StaticFile | null> {
    const info = this.#snapshot.files.get(pathname);
    if (!info) return null;
    return { ...await openFile(info.path), ...info };
  }
}

/** Opens a file for one response; the response or `close` releases it. */
export async function openFile(
  path: string | URL,
): Promise<Pick<StaticFile, "size" | "body" | "close">> {
  const file = await Deno.open(path);
  const { size } = await file.stat();
  return { size, body: file.readable, close: () => file.close() };
}
