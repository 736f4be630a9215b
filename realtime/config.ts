/** Everything the service reads from its environment. */
export interface Config {
  /** The origin of web: issuer of tokens, and the only browser origin let in. */
  appUrl: string;
  port: number;
  dataDir: string;
  /** Empty: the log is SQLite in `dataDir`. Several: a Redis Cluster. */
  redisUrls: string[];
  /** Sockets this instance accepts. */
  maxConnections: number;
  /** Bytes of resident memory past which it accepts no more. */
  maxMemory: number;
  /** Messages a socket may send a second, on average and at once. */
  messageRate: number;
  messageBurst: number;
  /** Days a message is kept; undefined: for ever. */
  retentionDays?: number;
}

/** A variable that is missing or malformed; the message names it. */
export class ConfigError extends Error {
  readonly code = "config";
  override name = "ConfigError";
}

type Env = Record<string, string | undefined>;

/**
 * Reads the configuration.
 *
 * @throws {ConfigError} for the first variable that is malformed.
 */
export function readConfig(env: Env): Config {
  const days = env.RETENTION_DAYS
    ? integer(env, "RETENTION_DAYS", 0, 1, 36_500)
    : undefined;
  return {
    appUrl: origin(env, "APP_URL", "http://localhost:8000"),
    port: integer(env, "WS_PORT", 8080, 0, 65_535),
    dataDir: env.DATA_DIR || ".data",
    redisUrls: redisUrls(env),
    maxConnections: integer(env, "MAX_CONNECTIONS", 20_000, 1, 1_000_000),
    maxMemory: integer(env, "MAX_MEMORY_MB", 1_024, 64, 1_048_576) * 1_048_576,
    messageRate: integer(env, "MESSAGE_RATE", 10, 1, 1_000_000),
    messageBurst: integer(env, "MESSAGE_BURST", 40, 1, 1_000_000),
    retentionDays: days,
  };
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
