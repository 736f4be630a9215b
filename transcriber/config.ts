/** A variable that is malformed; the message names it and says what it should be. */
export class ConfigError extends Error {
  override name = "ConfigError";
}

export interface Config {
  /** Origin of web: the issuer of tokens and the only origin allowed to call from a browser. */
  appUrl: string;
  /** Origin under which this service is reached; its `/clips/:id` addresses begin with it. */
  publicUrl: string;
  port: number;
  /** Folder of the embedded stores. */
  dataDir: string;
  /** Secrets of other programs, at least 16 characters each. */
  keys: string[];
}

/** Every variable this service reads. */
export const VARIABLES = [
  "APP_URL",
  "TRANSCRIBER_URL",
  "TRANSCRIBER_PORT",
  "DATA_DIR",
  "TRANSCRIBER_KEYS",
] as const;

type Environment = Partial<Record<typeof VARIABLES[number], string>>;

const KEY_LENGTH = 16;

/**
 * Reads the configuration once, at the start. An unset or empty variable takes its default.
 * @throws {ConfigError} naming the first malformed variable
 */
export function readConfig(env: Environment): Config {
  const port = readPort(env.TRANSCRIBER_PORT);
  return {
    appUrl: readOrigin("APP_URL", env.APP_URL || "http://localhost:8000"),
    publicUrl: readOrigin(
      "TRANSCRIBER_URL",
      env.TRANSCRIBER_URL || `http://localhost:${port}`,
    ),
    port,
    dataDir: env.DATA_DIR || ".data",
    keys: readKeys(env.TRANSCRIBER_KEYS),
  };
}

function readPort(value: string | undefined): number {
  if (!value) return 8090;
  const port = Number(value);
  if (!/^\d+$/.test(value) || port > 65_535) {
    throw new ConfigError(
      "TRANSCRIBER_PORT must be a port number from 0 to 65535, for example 8090.",
    );
  }
  return port;
}

function readOrigin(name: string, value: string): string {
  const url = URL.canParse(value) ? new URL(value) : null;
  const plain = url !== null && /^https?:$/.test(url.protocol) &&
    url.pathname === "/" && url.search === "" && url.hash === "" &&
    url.username === "" && url.password === "";
  if (!plain) {
    throw new ConfigError(
      `${name} must be an http or https address without a path, for example https://chat.example.org.`,
    );
  }
  return url.origin;
}

function readKeys(value: string | undefined): string[] {
  const keys = (value ?? "").split(",").map((key) => key.trim())
    .filter((key) => key !== "");
  if (keys.some((key) => key.length < KEY_LENGTH)) {
    throw new ConfigError(
      `TRANSCRIBER_KEYS must be comma-separated secrets of at least ${KEY_LENGTH} characters each.`,
    );
  }
  return keys;
}
