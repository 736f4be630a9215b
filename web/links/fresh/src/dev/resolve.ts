import { dirname, join } from "node:path";
import type { Plugin } from "esbuild";

/** Bare names and what deno.json says they are. */
export type ImportMap = Record<string, string>;

/** The imports of the deno.json files from a folder upwards; nearest first. */
export async function importMap(folder: string): Promise<ImportMap> {
  let map: ImportMap = {};
  for (let at = folder;; at = dirname(at)) {
    try {
      const text = await Deno.readTextFile(join(at, "deno.json"));
      map = { ...JSON.parse(text).imports, ...map };
    } catch (error) {
      // Not every folder on the way up has a deno.json.
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
    if (dirname(at) === at) return map;
  }
}

const NPM = /^npm:\/?((?:@[^/]+\/)?[^@/]+)(?:@[^/]*)?(\/.*)?$/;

/**
 * Lets esbuild follow the import map: npm packages through `node_modules`, and
 * `fresh/runtime` to its browser half (`client` gives that half's files).
 */
export function resolver(
  map: ImportMap,
  client: (path: string) => string,
): Plugin {
  return {
    name: "import-map",
    setup(build) {
      build.onResolve({ filter: /^[^./]/ }, (args) => {
        if (args.kind === "entry-point" || args.pluginData === "mapped") {
          return undefined;
        }
        if (/^(jsr:)?(@fresh\/core|fresh)(@.*)?\/runtime$/.test(args.path)) {
          return { path: client("runtime.ts") };
        }
        if (/^(fresh|@fresh\/core)(\/|$)/.test(args.path)) {
          const text = `${args.path} is only for the server; islands import ` +
            "fresh/runtime";
          return { errors: [{ text }] };
        }
        const [, name, rest = ""] = NPM.exec(mapped(map, args.path)) ?? [];
        if (!name) return undefined;
        const { resolveDir, kind, importer } = args;
        return build.resolve(name + rest, {
          ...{ resolveDir, kind, importer },
          pluginData: "mapped",
        });
      });
    },
  };
}

/** What a bare name stands for; the longest entry with a slash wins. */
function mapped(map: ImportMap, name: string): string {
  if (map[name]) return map[name];
  const prefix = Object.keys(map)
    .filter((key) => name.startsWith(key.endsWith("/") ? key : key + "/"))
    .toSorted((a, b) => b.length - a.length)[0];
  return prefix ? map[prefix] + name.slice(prefix.length) : name;
}
