/** A missing or malformed variable; the message names it and says what it should be. */
export class ConfigError extends Error {
  override name = "ConfigError";
  constructor(readonly variable: string, problem: string) {
    super(`${variable} ${problem}`);
  }
}

/** The environment, as `Deno.env.toObject()` gives it. */
export type Env = Record<string, string | undefined>;

/** The value, with an empty one counting as unset, as in `.env` files. */
export const readText = (env: Env, name: string): string | undefined =>
  env[name]?.trim() || undefined;

/** A port number. */
export function readPort(env: Env, name: string, fallback: number): number {
  const text = readText(env, name);
  if (text === undefined) return fallback;
  const port = Number(text);
  if (!/^\d+$/.test(text) || port < 1 || port > 65_535) {
    throw new ConfigError(name, "must be a port number from 1 to 65535.");
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
  const schemes = protocols.map((protocol) => `${protocol}//`).join(" or ");
  const text = readText(env, name) ?? fallback;
  const url = URL.parse(text);
  if (url === null || !protocols.includes(url.protocol)) {
    throw new ConfigError(name, `must be an address starting with ${schemes}.`);
  }
  if (url.username || url.password || url.search || url.hash) {
    throw new ConfigError(
      name,
      "must be an address without a user name, query or fragment.",
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
