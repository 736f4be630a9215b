import { EventEmitter } from "node:events";
import type { Bucket, LifecycleRule, Storage } from "@google-cloud/storage";
import type { Logger } from "../../realtime/common/log-line.ts";
import { prepareGoogleAuth } from "../recognizers/google/client.ts";
import { storageError } from "./gcs-errors.ts";

export interface BucketOptions {
  /** GOOGLE_CLOUD_PROJECT. */
  project: string;
  /** GCS_BUCKET. */
  name: string;
  /** CLIP_DAYS: days after which clips are deleted; without it never. */
  days?: number;
  /** Address of a stand-in on this machine, which gets no credentials. */
  standin?: string;
  log: Logger;
  /** How often a request that failed in passing is repeated. */
  maxRetries?: number;
}

/** Folders of the bucket: what people keep, and what lies there while it is recognised. */
export const CLIPS = "clips/";
export const STAGED = "staged/";

/** Opens the bucket when it is first needed: the SDK is large. */
export function openBucket(options: BucketOptions): () => Promise<Bucket> {
  let bucket: Promise<Bucket> | null = null;
  let prepared = false;
  return async () => {
    bucket ??= connect(options);
    const open = await bucket.catch((error) => {
      bucket = null;
      throw storageError(error);
    });
    if (!prepared) {
      prepared = true;
      await prepare(open, options);
    }
    return open;
  };
}

async function connect(options: BucketOptions): Promise<Bucket> {
  prepareGoogleAuth(options.standin);
  // Its downloads put 11 listeners on a stream; with 10 allowed, each one prints a warning.
  EventEmitter.defaultMaxListeners = 20;
  const { Storage } = await import("@google-cloud/storage");
  const { project: projectId, standin: apiEndpoint, maxRetries = 2 } = options;
  const storage: Storage = new Storage({
    projectId,
    timeout: 15_000,
    retryOptions: {
      autoRetry: maxRetries > 0,
      maxRetries,
      maxRetryDelay: 2,
      totalTimeout: 30,
    },
    ...(apiEndpoint ? { apiEndpoint, useAuthWithCustomEndpoint: false } : {}),
  });
  return storage.bucket(options.name);
}

/**
 * Makes the bucket private for good and sets its rules of deletion. An account that may not is told
 * of in the log: recordings then still are private, as objects of a bucket are unless it is opened.
 */
async function prepare(
  bucket: Bucket,
  { days, log }: BucketOptions,
): Promise<void> {
  try {
    const [found] = await bucket.getMetadata();
    const { publicAccessPrevention, uniformBucketLevelAccess } =
      found.iamConfiguration ?? {};
    const rules = found.lifecycle?.rule ?? [];
    const wanted = withOurRules(rules, days);
    const closed = publicAccessPrevention === "enforced" &&
      uniformBucketLevelAccess?.enabled === true;
    if (closed && JSON.stringify(rules) === JSON.stringify(wanted)) return;
    await bucket.setMetadata({
      iamConfiguration: {
        publicAccessPrevention: "enforced",
        uniformBucketLevelAccess: { enabled: true },
      },
      lifecycle: { rule: wanted },
    }, { ifMetagenerationMatch: found.metageneration });
    log("info", "bucket-prepared", { days });
  } catch (error) {
    log("warn", "bucket-unprepared", {
      reason: `${
        storageError(error).operator
      } Enforce public access prevention on it, and delete ${STAGED} after 1 day and ${CLIPS} after CLIP_DAYS, or give roles/storage.legacyBucketOwner once.`,
    });
  }
}

/** The rules of others as they are, and ours. */
function withOurRules(rules: LifecycleRule[], days?: number): LifecycleRule[] {
  const isOurs = ({ condition }: LifecycleRule) =>
    condition.matchesPrefix?.length === 1 &&
    [CLIPS, STAGED].includes(condition.matchesPrefix[0]);
  return [
    ...rules.filter((rule) => !isOurs(rule)),
    deletion(STAGED, 1),
    ...(days === undefined ? [] : [deletion(CLIPS, days)]),
  ];
}

const deletion = (prefix: string, age: number): LifecycleRule => ({
  action: { type: "Delete" },
  condition: { age, matchesPrefix: [prefix] },
});
