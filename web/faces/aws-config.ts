import { type Env, isLocal, malformed, readText, readUrl } from "../env.ts";

/** What reaching Rekognition and S3 takes. */
export interface AwsConfig {
  accessKeyId: string;
  secretAccessKey: string;
  region: string;
  /** The bucket of the pictures; nothing else is kept in it. */
  bucket: string;
  /** Per cent of similarity from which two faces are one person's. */
  matchThreshold: number;
  /** Where the services are, when they are not AWS's own. */
  rekognitionEndpoint?: string;
  s3Endpoint?: string;
}

const REQUIRED = [
  "AWS_ACCESS_KEY_ID",
  "AWS_SECRET_ACCESS_KEY",
  "AWS_REGION",
  "S3_BUCKET",
] as const;

/**
 * Rekognition itself would call 80 a match. AWS advises 95 and more where a match decides
 * about access.
 */
const DEFAULT_THRESHOLD = 95;
const LEAST_THRESHOLD = 80;

/** `eu-west-1`, `us-gov-west-1`. */
const REGION = /^[a-z]{2}(-[a-z]+)+-\d$/;
/** S3's rules for new buckets, without the dots that its certificate does not cover. */
const BUCKET = /^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/;

/**
 * The AWS part of the environment; undefined when none of it is set.
 * @throws ConfigError naming the variable that is missing or malformed
 */
export function readAws(env: Env): AwsConfig | undefined {
  const matchThreshold = readThreshold(env);
  const isSet = REQUIRED.filter((name) => readText(env, name) !== undefined);
  if (isSet.length === 0) return undefined;
  return {
    accessKeyId: requireText(env, REQUIRED[0], isSet[0]),
    secretAccessKey: requireText(env, REQUIRED[1], isSet[0]),
    region: requireForm(
      env,
      REQUIRED[2],
      isSet[0],
      REGION,
      "AWS_REGION must be a name like eu-west-1.",
    ),
    bucket: requireForm(
      env,
      REQUIRED[3],
      isSet[0],
      BUCKET,
      "S3_BUCKET must be a name of 3 to 63 small letters, digits and hyphens.",
    ),
    matchThreshold,
    rekognitionEndpoint: readEndpoint(env, "AWS_ENDPOINT_URL_REKOGNITION"),
    s3Endpoint: readEndpoint(env, "AWS_ENDPOINT_URL_S3"),
  };
}

function requireText(env: Env, name: string, other: string): string {
  const text = readText(env, name);
  if (text !== undefined) return text;
  throw malformed(
    name,
    `${name} must be set when ${other} is: faces on AWS need all of ${
      REQUIRED.join(", ")
    }.`,
  );
}

function requireForm(
  env: Env,
  name: string,
  other: string,
  form: RegExp,
  message: string,
): string {
  const text = requireText(env, name, other);
  if (form.test(text)) return text;
  throw malformed(name, message);
}

function readThreshold(env: Env): number {
  const name = "FACE_MATCH_THRESHOLD";
  const text = readText(env, name);
  if (text === undefined) return DEFAULT_THRESHOLD;
  const threshold = Number(text);
  if (threshold >= LEAST_THRESHOLD && threshold <= 100) return threshold;
  throw malformed(
    name,
    `${name} must be a number from ${LEAST_THRESHOLD} to 100.`,
  );
}

/** The service's own address, or the one for all services, as AWS's tools read them. */
function readEndpoint(env: Env, own: string): string | undefined {
  const name = readText(env, own) === undefined ? "AWS_ENDPOINT_URL" : own;
  const text = readText(env, name);
  if (text === undefined) return undefined;
  const url = readUrl(env, name, text, ["http:", "https:"]);
  if (url.protocol === "https:" || isLocal(url)) return url.href;
  throw malformed(
    name,
    `${name} must start with https:// unless it is on this machine: faces are sent to it.`,
  );
}
