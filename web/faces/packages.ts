import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const require = createRequire(import.meta.url);

/**
 * The folder of an installed npm package, for files that come with it (models,
 * wasm, photos). It is found from the package's main entry, because `exports`
 * may hide everything else; the entry is never loaded.
 * @throws Error when the package is not installed
 */
export function packageFolder(name: string): string {
  const entry = require.resolve(name);
  const inside = join("node_modules", ...name.split("/"));
  const start = entry.lastIndexOf(inside);
  return start < 0 ? dirname(entry) : entry.slice(0, start + inside.length);
}
