import { ConfigError } from "./common/config-error.ts";
/** Everything the service reads from its environment. */
export interface Config {
  /** The origin of web: issuer of tokens, and the only browser origin let in. */
  appUrl: string;
  /** Where web is reached from here, for its keys; undefined: at its origin. */
  webUrl?: string;
  port: number;
  /** The address it listens on. */
  host: string;
  dataDir: string;
  /** Empty: the log is SQLite in `dataDir`. Several: a Redis Cluster. */
  redisUrls: string[];
  /** Sockets this instance accepts. */
  maxConnections: number;
  /** Sockets of one network that may wait to be identified. */
  maxNewcomers: number;
  /** Bytes of resident memory past which it accepts no more. */
  maxMemory: number;
  /** A proxy of our own stands before us: the last address in X-Forwarded-For is the person's. */
  trustProxy: boolean;
  /** Messages a person may send a second, on average and at once. */
  messageRate: number;
  messageBurst: number;
  /** Days a message is kept; undefined: for ever. */
  retentionDays?: number;
}

type Env = Record<string, string | undefined>;

/**
 * Reads the configuration.
 *
 * @throws {ConfigError} for the first variable that is malformed.
 */
export function readConfig(given: Env): Config {
  const env = withoutEmpty(given);
  const days = env.RETENTION_DAYS
    ? integer(env, "RETENTION_DAYS", 0, 1, 36_500)
    : undefined;
  const local = "http://localhost:8000";
  return {
    appUrl: origin(env, "APP_URL", local),
    webUrl: env.WEB_INTERNAL_URL && origin(env, "WEB_INTERNAL_URL", local),
    port: integer(env, "WS_PORT", 8080, 0, 65_535),
    host: host(env, "WS_HOST"),
    dataDir: folder(env),
    redisUrls: redisUrls(env),
    maxConnections: integer(env, "MAX_CONNECTIONS", 20_000, 1, 1_000_000),
    maxNewcomers: integer(env, "MAX_NEWCOMERS", 200, 1, 1_000_000),
    maxMemory: integer(env, "MAX_MEMORY_MB", 1_024, 64, 1_048_576) * 1_048_576,
    trustProxy: integer(env, "TRUST_PROXY", 0, 0, 1) === 1,
    messageRate: integer(env, "MESSAGE_RATE", 10, 1, 1_000_000),
    messageBurst: integer(env, "MESSAGE_BURST", 40, 1, 1_000_000),
    retentionDays: days,
  };
}

/** The same, with what is empty unset, as a line `NAME=` in a file means it. */
const withoutEmpty = (given: Env): Env =>
  new Proxy(given, {
    get: (env, name) => Reflect.get(env, name)?.trim() || undefined,
  });

/** A path and not an address; `~` is a home, as in a shell, which reads no files of variables. */
function folder(env: Env): string {
  const text = env.DATA_DIR ?? ".data";
  if (/^[a-z]+:\/\//i.test(text) || text.includes("\0")) {
    throw new ConfigError(
      "DATA_DIR must be the path of a folder, not an address.",
    );
  }
  const home = /^~(?=\/|$)/.test(text) ? env.HOME : undefined;
  const path = home === undefined ? text : home + text.slice(1);
  return path.replace(/(?<=.)\/+$/, "");
}

/** Loopback unless it is told otherwise: a proxy on this machine is what the network sees. */
function host(env: Env, name: string): string {
  const text = env[name] ?? "127.0.0.1";
  if (/^[\w.:-]{1,253}$/.test(text)) return text;
  throw new ConfigError(
    `${name} must be an address of this machine to listen on, such as 127.0.0.1, or 0.0.0.0 for all of them.`,
  );
}

function origin(env: Env, name: string, fallback: string): string {
  const value = env[name] || fallback;
  const url = URL.parse(value);
  if (!url || !["http:", "https:"].includes(url.protocol)) {
    throw new ConfigError(
      `${name} must be an http or https address, such as ${fallback}.`,
    );
  }
  return url.origin;
}

function integer(
  env: Env,
  name: string,
  fallback: number,
  least: number,
  most: number,
): number {
  const text = env[name];
  if (!text) return fallback;
  const value = Number(text);
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new ConfigError(
      `${name} must be a whole number from ${least} to ${most}.`,
    );
  }
  return value;
}

function redisUrls(env: Env): string[] {
  const urls = (env.REDIS_URL ?? "").split(",").map((url) => url.trim())
    .filter(Boolean);
  for (const url of urls) {
    if (!["redis:", "rediss:"].includes(URL.parse(url)?.protocol ?? "")) {
      throw new ConfigError(
        "REDIS_URL must be redis:// or rediss:// addresses, separated by commas.",
      );
    }
  }
  return urls;
}
