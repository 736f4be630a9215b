import { RegExpRouter } from "hono/router/reg-exp-router";
import { SmartRouter } from "hono/router/smart-router";
import { TrieRouter } from "hono/router/trie-router";
import type { Method } from "./handlers.ts";

interface Entry<T> {
  pattern: string;
  /** Of all parameters, those that may be missing in the path included. */
  names: string[];
  byMethod: Map<Method, T>;
}

export interface Match<T> {
  pattern: string | null;
  params: Record<string, string>;
  /** Absent where the path is known but not for this method. */
  item?: T;
  methods: Method[];
}

const DYNAMIC = /[*:{}+?()]/;

/**
 * Hono's routers behind Fresh's rules: paths without parameters win, with or
 * without a last slash; then the order of registration counts, of methods too;
 * HEAD falls back to GET.
 */
export class Router<T> {
  #fixed = new Map<string, Entry<T>>();
  #dynamic = new Map<string, Entry<T>>();
  #hono = new SmartRouter<Entry<T>>({
    routers: [new RegExpRouter(), new TrieRouter()],
  });

  add(method: Method, pattern: string, item: T): void {
    const dynamic = DYNAMIC.test(pattern);
    const entries = dynamic ? this.#dynamic : this.#fixed;
    let entry = entries.get(pattern);
    if (!entry) {
      const names = pattern.matchAll(/:(\w+)/g).map(([, name]) => name);
      entry = { pattern, names: [...names], byMethod: new Map() };
      entries.set(pattern, entry);
      if (dynamic) {
        for (const path of honoPaths(pattern)) {
          this.#hono.add("ALL", path, entry);
        }
      }
    }
    if (!entry.byMethod.has(method)) entry.byMethod.set(method, item);
  }

  match(method: Method, pathname: string): Match<T> {
    const other = pathname.endsWith("/")
      ? pathname.slice(0, -1)
      : pathname + "/";
    const fixed = this.#fixed.get(pathname) ?? this.#fixed.get(other);
    if (fixed) return found(fixed, method, {});
    if (this.#dynamic.size === 0) return NOTHING;
    const [matches, stash] = this.#hono.match("ALL", pathname);
    const first = matches[0];
    if (!first) return NOTHING;
    const [entry, places] = first;
    const params: Record<string, string> = {};
    for (const name of entry.names) {
      const at = places[name];
      const raw = typeof at === "number" ? stash?.[at] : at;
      params[name] = decode(raw ?? "");
    }
    return found(entry, method, params);
  }
}

const NOTHING = { pattern: null, params: {}, methods: [] };

function found<T>(
  entry: Entry<T>,
  method: Method,
  params: Record<string, string>,
): Match<T> {
  const { pattern, byMethod } = entry;
  const item = byMethod.get(method) ??
    (method === "HEAD" ? byMethod.get("GET") : undefined);
  return { pattern, params, item, methods: [...byMethod.keys()] };
}

function decode(text: string): string {
  try {
    return decodeURI(text);
  } catch {
    return text; // not percent-encoding: the route sees what was sent
  }
}

/** Writes Fresh's URLPattern syntax as the path(s) Hono's routers know. */
export function honoPaths(pattern: string): string[] {
  const optional = /\{\/?:[^}]*\}\?/.exec(pattern);
  if (optional) {
    const before = pattern.slice(0, optional.index);
    const after = pattern.slice(optional.index + optional[0].length);
    const inner = optional[0].slice(1, -2);
    const slash = before.endsWith("/") ? inner.replace(/^\//, "") : inner;
    return [before + slash + after, before + after || "/"].flatMap(honoPaths);
  }
  const rest = /\/:(\w+)\*$/.exec(pattern);
  if (rest) {
    const before = pattern.slice(0, rest.index);
    return [`${before}/:${rest[1]}{.+}`, before || "/"];
  }
  const path = pattern.replace(/:(\w+)\(([^)]*)\)/g, ":$1{$2}");
  if (/[()+?]|:\w+[^\w/{]|[^/]:/.test(path.replace(/\{[^}]*\}/g, ""))) {
    throw new SyntaxError(`This path pattern is not supported: ${pattern}`);
  }
  return [path];
}
