import type { ComponentType } from "preact";
import type { Command } from "./commands.ts";

/** An address of a script, with the scripts it needs in turn. */
export interface Chunk {
  file: string;
  needs: string[];
}

export interface Island {
  name: string;
  exportName: string;
  fn: ComponentType;
  chunk: Chunk;
}

/** The scripts of the browser's half of Fresh. */
export interface ClientEntries {
  boot: Chunk;
  signals: Chunk;
  slots: Chunk;
}

export interface StaticFile {
  hash: string | null;
  size: number;
  contentType: string;
  body: ReadableStream<Uint8Array<ArrayBuffer>> | Uint8Array<ArrayBuffer>;
  close(): void;
}

/** What rendering and serving files need of a build. */
export interface Assets {
  root: string;
  /** Makes pages reload when the server has restarted. */
  liveReload: boolean;
  islands: Map<unknown, Island>;
  client: ClientEntries;
  /** The file of a path as it stands in an address, or null. */
  readFile(pathname: string): Promise<StaticFile | null>;
}

/** What a build gives an app: islands, files and routes. */
export interface BuildCache<State> extends Assets {
  fsRoutes(): Command<State>[];
}

const NO_CHUNK: Chunk = { file: "", needs: [] };

/** The cache of an app that was not built: routes in code only. */
// deno-lint-ignore no-explicit-any -- it holds no route, so it fits every State
export const EMPTY_CACHE: BuildCache<any> = {
  root: ".",
  liveReload: false,
  islands: new Map(),
  client: { boot: NO_CHUNK, signals: NO_CHUNK, slots: NO_CHUNK },
  fsRoutes: () => [],
  readFile: () => Promise.resolve(null),
};

/** Registers every component a module of `islands/` exports. */
export function addIslands(
  islands: Map<unknown, Island>,
  module: Record<string, unknown>,
  name: string,
  chunk: Chunk,
): void {
  for (const [exportName, fn] of Object.entries(module)) {
    if (typeof fn !== "function") continue;
    islands.set(fn, { name, exportName, fn: fn as ComponentType, chunk });
  }
}
