import { BUILD_ID } from "./build_id.ts";

/** The search parameter that marks an asset address as belonging to a build. */
export const ASSET_CACHE_BUST_KEY = "__frsh_c";

/**
 * The address of a static file in this build, which may be cached for ever.
 * Anything but a path on this site is returned as it is.
 */
export function asset(path: string): string {
  if (!path.startsWith("/") || path.startsWith("//")) return path;
  const url = new URL(path, "https://assets.invalid");
  if (
    url.host !== "assets.invalid" || url.searchParams.has(ASSET_CACHE_BUST_KEY)
  ) return path;
  url.searchParams.set(ASSET_CACHE_BUST_KEY, BUILD_ID);
  return url.pathname + url.search + url.hash;
}

/** `asset` for every address in a `srcset` attribute. */
export function assetSrcSet(srcset: string): string {
  if (srcset.includes("(")) return srcset;
  return srcset.split(",").map((candidate) =>
    candidate.replace(/^(\s*)(\S+)/, (_, space, url) => space + asset(url))
  ).join(",");
}
