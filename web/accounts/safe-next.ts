/** Characters of the longest path: ours are far shorter, and it is written into pages. */
const LONGEST = 500;
const BASE = "http://same.invalid";

/**
 * Where to go next, when a link or a form says so: only a path of this site, so that nobody can
 * be led elsewhere by a link to us (CWE-601).
 */
export function safeNext(path: string | null, fallback: string): string {
  if (path !== null && path.length > LONGEST) return fallback;
  // Browsers drop control characters and read "\" as "/": "/\t/x" and "/\x" would be hosts.
  // deno-lint-ignore no-control-regex
  if (path === null || !/^\/(?![/\\])[^\\\x00-\x1f\x7f]*$/.test(path)) {
    return fallback;
  }
  const url = URL.parse(path, BASE);
  if (url === null || url.origin !== BASE) return fallback;
  // "/.//x" is a path here, but becomes "//x", a host, once written down.
  if (url.pathname.startsWith("//")) return fallback;
  return url.pathname + url.search + url.hash;
}
