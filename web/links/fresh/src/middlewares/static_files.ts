import { ASSET_CACHE_BUST_KEY } from "../asset.ts";
import { BUILD_ID } from "../build_id.ts";
import type { StaticFile } from "../build_cache.ts";
import { type Context, INTERNAL } from "../context.ts";
import type { Middleware } from "../types.ts";

/**
 * Serves `static/` and the scripts of islands: for ever where the address
 * names this build, revalidated by ETag otherwise. An `asset()` address of
 * another build is redirected to the plain one.
 */
export function staticFiles<State>(): Middleware<State> {
  return async (ctx) => {
    const pathname = encodedPath(ctx.url.pathname, ctx.config.basePath);
    if (pathname === null || pathname === "/") return ctx.next();
    const file = await ctx[INTERNAL].cache.readFile(pathname);
    if (!file) {
      return pathname === "/favicon.ico"
        ? new Response(null, { status: 404 })
        : ctx.next();
    }
    const early = withoutBody(ctx, file);
    if (early) {
      file.close();
      return early;
    }
    return new Response(file.body, { headers: headersOf(ctx, file) });
  };
}

/** The path as build caches spell it; null where it is no valid encoding. */
function encodedPath(path: string, basePath: string): string | null {
  try {
    const parts = decodeURIComponent(path.slice(basePath.length)).split("/");
    return "/" + parts.filter(Boolean).map(encodeURIComponent).join("/");
  } catch {
    return null; // malformed percent-encoding names no file
  }
}

function withoutBody<State>(
  ctx: Context<State>,
  file: StaticFile,
): Response | null {
  const { req, url } = ctx;
  if (req.method !== "GET" && req.method !== "HEAD") {
    return new Response("Method Not Allowed", { status: 405 });
  }
  const build = url.searchParams.get(ASSET_CACHE_BUST_KEY);
  if (build !== null && build !== BUILD_ID) {
    url.searchParams.delete(ASSET_CACHE_BUST_KEY);
    const location = url.pathname + url.search;
    return new Response(null, { status: 307, headers: { location } });
  }
  const headers = headersOf(ctx, file);
  const known = req.headers.get("if-none-match");
  const etag = headers.get("etag");
  if (etag && known?.split(",").some((tag) => sameTag(tag.trim(), etag))) {
    headers.delete("content-length");
    return new Response(null, { status: 304, headers });
  }
  return req.method === "HEAD" ? new Response(null, { headers }) : null;
}

const sameTag = (a: string, b: string) =>
  a.replace(/^W\//, "") === b.replace(/^W\//, "");

function headersOf<State>(ctx: Context<State>, file: StaticFile): Headers {
  const { url, config } = ctx;
  const isDev = config.mode === "development";
  const isForEver = !isDev &&
    (url.searchParams.get(ASSET_CACHE_BUST_KEY) === BUILD_ID ||
      url.pathname.startsWith(`${config.basePath}/_fresh/js/${BUILD_ID}/`));
  const headers = new Headers({
    "Content-Type": file.contentType,
    "Content-Length": String(file.size),
    "Cache-Control": isForEver
      ? "public, max-age=31536000, immutable"
      : "no-cache, no-store, max-age=0, must-revalidate",
    vary: "If-None-Match",
  });
  if (file.hash && !isDev) headers.set("Etag", `W/"${file.hash}"`);
  return headers;
}
