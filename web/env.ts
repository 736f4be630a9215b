import { ConfigError } from "../realtime/common/config-error.ts";

/** What is wrong with a variable, as a whole sentence that names it. */
export const malformed = (variable: string, sentence: string): ConfigError =>
  new ConfigError(sentence, variable);

/** The environment, as `Deno.env.toObject()` gives it. */
export type Env = Record<string, string | undefined>;

/** The value, with an empty one counting as unset, as in `.env` files. */
export const readText = (env: Env, name: string): string | undefined =>
  env[name]?.trim() || undefined;

/**
 * A folder, as the file system names it and not as an address: `#`, `?` and `%` stand for themselves.
 * `~` is the home of whoever runs this, as in a shell, which does not read files of variables.
 * Without slashes at its end.
 */
export function readFolder(env: Env, name: string, fallback: string): string {
  const text = readText(env, name) ?? fallback;
  if (/^[a-z]+:\/\//i.test(text) || text.includes("\0")) {
    throw malformed(
      name,
      `${name} must be the path of a folder, not an address.`,
    );
  }
  const home = /^~(?=\/|$)/.test(text) ? readText(env, "HOME") : undefined;
  const path = home === undefined ? text : home + text.slice(1);
  return path.replace(/(?<=.)\/+$/, "");
}

/** An address to listen on: of one of this machine's networks, or 0.0.0.0 for all of them. */
export function readHost(env: Env, name: string, fallback: string): string {
  const text = readText(env, name) ?? fallback;
  if (/^[\w.:-]{1,253}$/.test(text)) return text;
  throw malformed(
    name,
    `${name} must be an address of this machine to listen on, such as 127.0.0.1, or 0.0.0.0 for all of them.`,
  );
}

/** A port number. */
export function readPort(env: Env, name: string, fallback: number): number {
  const text = readText(env, name);
  if (text === undefined) return fallback;
  const port = Number(text);
  if (!/^\d+$/.test(text) || port < 1 || port > 65_535) {
    throw malformed(
      name,
      `${name} must be a port number from 1 to 65535.`,
    );
  }
  return port;
}

/** An address with one of these protocols, without credentials, query or fragment. */
export function readUrl(
  env: Env,
  name: string,
  fallback: string,
  protocols: string[],
): URL {
  const text = readText(env, name) ?? fallback;
  const url = URL.parse(text);
  if (url === null || !protocols.includes(url.protocol)) {
    const either = new Intl.ListFormat("en", { type: "disjunction" });
    const schemes = either.format(protocols.map((each) => `${each}//`));
    throw malformed(
      name,
      `${name} must be an address starting with ${schemes}.`,
    );
  }
  if (url.username || url.password || url.search || url.hash) {
    throw malformed(
      name,
      `${name} must be an address without a user name, query or fragment.`,
    );
  }
  return url;
}

/** The address as text without slashes at its end. */
export const withoutSlash = (url: URL): string => url.href.replace(/\/+$/, "");

/** Whether an address is on this machine. */
export const isLocal = (url: URL): boolean =>
  ["localhost", "127.0.0.1", "[::1]"].includes(url.hostname) ||
  url.hostname.endsWith(".localhost");
