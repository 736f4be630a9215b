import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import type { Metafile, Plugin } from "esbuild";
import type { Chunk } from "../build_cache.ts";
import { hash } from "./files.ts";
import { importMap, resolver } from "./resolve.ts";

export interface BundleOptions {
  root: string;
  /** Name of each entry, and its absolute path. */
  entries: Record<string, string>;
  target: string | string[];
  isDev: boolean;
}

export interface Bundle {
  buildId: string;
  /** The address and contents of each script. */
  files: { pathname: string; contents: Uint8Array<ArrayBuffer> }[];
  chunks: Record<string, Chunk>;
}

// As long as a build id, and only letters, so that it survives minifying.
const PLACEHOLDER = "BUILDIDBUILDIDBU";

const here = (path: string) =>
  fileURLToPath(new URL(`../client/${path}`, import.meta.url));

/** The browser's half of Fresh itself, beside the islands. */
const CLIENT = {
  "fresh-boot": here("boot.ts"),
  "fresh-signals": here("signals.ts"),
  "fresh-slots": here("slots.ts"),
};

/**
 * Bundles islands for browsers, code they share in chunks of its own. The build
 * id is a hash of all scripts and of `assets`: the same input, the same id.
 */
export async function bundle(
  options: BundleOptions,
  assets: string[],
): Promise<Bundle> {
  // Loaded here, so that a built app never needs it.
  const esbuild = await import("esbuild");
  const plugins: Plugin[] = [resolver(await importMap(options.root), here)];
  const result = await esbuild.build({
    entryPoints: { ...CLIENT, ...options.entries },
    absWorkingDir: options.root,
    outdir: "/",
    write: false,
    metafile: true,
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "browser",
    target: options.target,
    minify: !options.isDev,
    sourcemap: options.isDev ? "inline" : false,
    // Plain calls of `h` are smaller than those of the automatic runtime.
    jsx: "transform",
    jsxFactory: "__h",
    jsxFragment: "__Fragment",
    inject: [here("jsx.ts")],
    charset: "utf8",
    legalComments: "none",
    logLevel: "silent",
    define: {
      __FRESH_BUILD_ID__: JSON.stringify(PLACEHOLDER),
      "process.env.NODE_ENV": options.isDev ? '"development"' : '"production"',
    },
    plugins,
  }).finally(() => esbuild.stop());
  const buildId = await hash(
    [...result.outputFiles.map((file) => file.text), ...assets].join("\n"),
  );
  const prefix = `/_fresh/js/${buildId}/`;
  const encoder = new TextEncoder();
  return {
    buildId,
    files: result.outputFiles.map((file) => ({
      pathname: prefix + basename(file.path),
      contents: encoder.encode(file.text.replaceAll(PLACEHOLDER, buildId)),
    })),
    chunks: chunksOf(result.metafile, prefix),
  };
}

/** The scripts every entry needs, all the way down, without lazy imports. */
function chunksOf(metafile: Metafile, prefix: string): Record<string, Chunk> {
  const address = (output: string) => prefix + basename(output);
  const needsOf = (output: string, seen: Set<string>): Set<string> => {
    for (const { path, kind } of metafile.outputs[output]?.imports ?? []) {
      if (kind !== "import-statement" || seen.has(path)) continue;
      seen.add(path);
      needsOf(path, seen);
    }
    return seen;
  };
  const chunks: Record<string, Chunk> = {};
  for (const [output, { entryPoint }] of Object.entries(metafile.outputs)) {
    if (!entryPoint) continue;
    const needs = [...needsOf(output, new Set())].map(address);
    chunks[basename(output, ".js")] = { file: address(output), needs };
  }
  return chunks;
}
