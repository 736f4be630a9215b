import { type GoogleConfig, readClipDays, readGoogle } from "./google.ts";
import { DEFAULT_QUOTA, type QuotaLimits } from "../clips/quota-limits.ts";
import {
  listOf,
  readSherpa,
  readTranscribeApi,
  type SherpaConfig,
} from "./engines.ts";
import type { ApiServer } from "../recognizers/api/request.ts";
import { ConfigError } from "../../realtime/common/config-error.ts";
import type { Environment } from "./environment.ts";

export interface Config {
  /** Origin of web: the issuer of tokens and the only origin allowed to call from a browser. */
  appUrl: string;
  /** Where web is reached from here, for its keys; undefined: at its origin. */
  webUrl?: string;
  /**
   * Origin under which this service is reached; its `/clips/:id` addresses begin with it. Undefined:
   * under web's, which says in each request what its addresses begin with.
   */
  publicUrl?: string;
  port: number;
  /** The address it listens on. */
  host: string;
  /** Folder of the embedded stores. */
  dataDir: string;
  /** Secrets of other programs, at least 16 characters each. */
  keys: string[];
  /** Google's speech recognition and bucket, when they are set up. */
  google?: GoogleConfig;
  /** Days after which clips are deleted; without it they stay until they are. */
  clipDays?: number;
  /** What kept recordings may take. */
  quota: QuotaLimits;
  /** How many people can dictate live at a time. */
  liveStreams: number;
  /** A sherpa-onnx model on this machine, which then recognises instead of Google. */
  sherpa?: SherpaConfig;
  /** A server of the API of OpenAI, which recognises where there is no model. */
  api?: ApiServer;
}

const KEY_LENGTH = 16;

/**
 * Reads the configuration once, at the start. An unset or empty variable takes its default.
 * @throws {ConfigError} naming the first malformed variable
 */
export function readConfig(given: Environment): Config {
  const env = withoutEmpty(given);
  const port = readPort(env);
  return {
    appUrl: readOrigin("APP_URL", env.APP_URL || "http://localhost:8000"),
    webUrl: env.WEB_INTERNAL_URL &&
      readOrigin("WEB_INTERNAL_URL", env.WEB_INTERNAL_URL),
    publicUrl: env.TRANSCRIBER_URL &&
      readOrigin("TRANSCRIBER_URL", env.TRANSCRIBER_URL),
    port,
    host: readHost(env),
    dataDir: readFolder(env),
    keys: readKeys(env.TRANSCRIBER_KEYS),
    google: readGoogle(env),
    clipDays: readClipDays(env.CLIP_DAYS),
    quota: {
      each: readMegabytes(env, "CLIP_MB_EACH") ?? DEFAULT_QUOTA.each,
      all: readMegabytes(env, "CLIP_MB_ALL") ?? DEFAULT_QUOTA.all,
    },
    liveStreams: readLiveStreams(env),
    sherpa: readSherpa(env),
    api: readTranscribeApi(env),
  };
}

/** The same with empty variables unset, which is what a line `NAME=` in a file means. */
const withoutEmpty = (given: Environment): Environment =>
  new Proxy(given, {
    get: (env, name) => Reflect.get(env, name)?.trim() || undefined,
  });

/** A path, not an address. `~` is the home folder, as in a shell: an env file knows no such thing. */
function readFolder(env: Environment): string {
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

/** Loopback unless it is told otherwise; on Cloud Run what comes in comes from outside. */
function readHost(env: Environment): string {
  const text = env.TRANSCRIBER_HOST ??
    (env.K_SERVICE ? "0.0.0.0" : "127.0.0.1");
  if (/^[\w.:-]{1,253}$/.test(text)) return text;
  throw new ConfigError(
    "TRANSCRIBER_HOST must be an address of this machine to listen on, such as 127.0.0.1, or 0.0.0.0 for all of them.",
  );
}

function readPort(env: Environment): number {
  // PORT is web's everywhere else, as all services may share one environment.
  const [name, value] = env.TRANSCRIBER_PORT || !env.K_SERVICE
    ? ["TRANSCRIBER_PORT", env.TRANSCRIBER_PORT]
    : ["PORT", env.PORT];
  if (!value) return 8090;
  const port = Number(value);
  if (!/^\d+$/.test(value) || port > 65_535) {
    throw new ConfigError(
      `${name} must be a port number from 0 to 65535, for example 8090.`,
    );
  }
  return port;
}

/** A live stream keeps most of a core busy here; Google and other servers use their own cores. */
function readLiveStreams(env: Environment): number {
  const value = env.LIVE_STREAMS;
  const local = env.SHERPA_MODEL_DIR ||
    !env.GCS_BUCKET && !env.TRANSCRIBE_API_URL;
  if (!value) return local ? Math.max(2, navigator.hardwareConcurrency) : 100;
  if (/^\d{1,4}$/.test(value) && Number(value) > 0) return Number(value);
  throw new ConfigError(
    "LIVE_STREAMS must be the number of people who can dictate at a time, from 1 to 9999.",
  );
}

/** Bytes of a variable that says megabytes; none can be kept with 0. */
function readMegabytes(
  env: Environment,
  name: "CLIP_MB_EACH" | "CLIP_MB_ALL",
): number | undefined {
  const value = env[name];
  if (value === undefined) return undefined;
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1_000_000;
  throw new ConfigError(
    `${name} must be a whole number of megabytes that kept recordings may take, for example 200.`,
  );
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
  const keys = listOf(value);
  if (keys.some((key) => key.length < KEY_LENGTH)) {
    throw new ConfigError(
      `TRANSCRIBER_KEYS must be comma-separated secrets of at least ${KEY_LENGTH} characters each.`,
    );
  }
  return keys;
}
