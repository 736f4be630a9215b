import { ConfigError } from "../../realtime/common/config-error.ts";
import type { Environment } from "./environment.ts";

export interface GoogleConfig {
  project: string;
  bucket: string;
  /** `host:port` of a stand-in for Speech-to-Text on this machine. */
  speechStandin?: string;
  /** Address of a stand-in for Cloud Storage on this machine. */
  storageStandin?: string;
}

const NEEDED = [
  "GOOGLE_CLOUD_PROJECT",
  "GCS_BUCKET",
  "GOOGLE_APPLICATION_CREDENTIALS",
] as const;

const LIST = new Intl.ListFormat("en");

/**
 * Google's part of the configuration, or undefined when none of it is set.
 * @throws {ConfigError} naming what is missing beside what is set, or what is malformed
 */
export function readGoogle(env: Environment): GoogleConfig | undefined {
  const set = NEEDED.filter((name) => env[name]);
  if (set.length === 0) return undefined;
  const missing = NEEDED.find((name) => !env[name] && !isGiven(name, env));
  if (missing) {
    const all = LIST.format(NEEDED);
    const others = LIST.format(set);
    throw new ConfigError(
      missing === "GOOGLE_APPLICATION_CREDENTIALS"
        ? `${missing} is not set. Google's speech recognition needs all of ${all}. Set it, or unset ${others}. Only Cloud Run, which sets K_SERVICE, needs no key.`
        : `${missing} is not set. Google's speech recognition needs all of ${all}. Set it, or unset ${others}.`,
    );
  }
  const { GOOGLE_APPLICATION_CREDENTIALS: keyFile } = env;
  if (keyFile) checkKeyFile(keyFile);
  return {
    project: readProject(env.GOOGLE_CLOUD_PROJECT!),
    bucket: readBucket(env.GCS_BUCKET!),
    speechStandin: readStandin(
      "GOOGLE_SPEECH_STANDIN",
      env.GOOGLE_SPEECH_STANDIN && `http://${env.GOOGLE_SPEECH_STANDIN}`,
    )?.host,
    storageStandin: readStandin(
      "GOOGLE_STORAGE_STANDIN",
      env.GOOGLE_STORAGE_STANDIN,
    )?.origin,
  };
}

/** Days of CLIP_DAYS. */
export function readClipDays(value: string | undefined): number | undefined {
  if (!value) return undefined;
  if (!/^[1-9]\d{0,3}$/.test(value)) {
    throw new ConfigError(
      "CLIP_DAYS must be a whole number of days from 1 to 9999, or unset to keep recordings until they are deleted.",
    );
  }
  return Number(value);
}

/** On Cloud Run the service has an account of its own, and needs no key. */
const isGiven = (name: string, env: Environment): boolean =>
  name === "GOOGLE_APPLICATION_CREDENTIALS" && Boolean(env.K_SERVICE);

function readProject(value: string): string {
  // https://cloud.google.com/resource-manager/docs/creating-managing-projects
  if (/^[a-z][a-z0-9:.-]{4,}[a-z0-9]$/.test(value)) return value;
  throw new ConfigError(
    "GOOGLE_CLOUD_PROJECT must be the id of a project, for example chat-123456, not its name or number.",
  );
}

function readBucket(value: string): string {
  // https://cloud.google.com/storage/docs/buckets#naming
  if (/^[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]$/.test(value)) return value;
  throw new ConfigError(
    "GCS_BUCKET must be the name of a bucket alone, for example chat-clips, without gs://.",
  );
}

function checkKeyFile(path: string): void {
  const wrong = (problem: string) =>
    new ConfigError(
      `GOOGLE_APPLICATION_CREDENTIALS must name the JSON key of a service account. ${problem}`,
    );
  let key: Record<string, unknown> | null;
  try {
    key = JSON.parse(Deno.readTextFileSync(path));
  } catch (error) {
    if (error instanceof SyntaxError) throw wrong(`${path} is not JSON.`);
    if (error instanceof Deno.errors.NotCapable) {
      throw wrong(
        `Deno may not read ${path}. Start it with --allow-read=${path}.`,
      );
    }
    throw wrong(`${path} cannot be read.`);
  }
  if (typeof key?.type !== "string") throw wrong(`${path} has no type.`);
  const complete = key.type !== "service_account" ||
    (typeof key.client_email === "string" &&
      typeof key.private_key === "string");
  if (!complete) throw wrong(`${path} lacks client_email or private_key.`);
}

/** Stand-ins are spoken to without TLS and credentials, so only this machine may be one. */
function readStandin(name: string, value: string | undefined): URL | undefined {
  if (!value) return undefined;
  const url = URL.canParse(value) ? new URL(value) : null;
  const near = url !== null && url.protocol === "http:" &&
    ["127.0.0.1", "localhost", "[::1]"].includes(url.hostname);
  if (near) return url;
  throw new ConfigError(
    `${name} is for tests: it must be an address of this machine, or unset.`,
  );
}
