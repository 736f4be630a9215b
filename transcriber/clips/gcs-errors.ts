import { ApiError } from "../http/errors.ts";

/** What the SDK rejects with; `code` is an HTTP status, or a word for trouble on the way. */
interface StorageFailure extends Error {
  code?: number | string;
}

const ADVICE: Record<number, string> = {
  401: "The key of GOOGLE_APPLICATION_CREDENTIALS is not valid any more.",
  403:
    "Give the service account roles/storage.objectAdmin on GCS_BUCKET, and check its name: Google answers the same for a bucket that belongs to someone else.",
  404: "GCS_BUCKET does not exist.",
  429: "GCS_BUCKET gets more requests than it may.",
};

const statusOf = (error: unknown): number =>
  error instanceof Error ? Number((error as StorageFailure).code) || 0 : 0;

/** Whether it is the object that is missing, and not the whole bucket. */
export const isNoObject = (error: unknown): boolean =>
  statusOf(error) === 404 &&
  !/bucket does not exist/i.test((error as Error).message);

/** Whether there is something already where an object was to be kept. */
export const isThere = (error: unknown): boolean => statusOf(error) === 412;

/** What a failure of the bucket means to whoever wanted to keep or hear a recording. */
export function storageError(cause: unknown): ApiError {
  if (cause instanceof ApiError) return cause;
  const status = statusOf(cause);
  const passing = status === 0 || status === 408 || status === 429 ||
    status >= 500;
  return new ApiError({
    code: passing ? "clips-down" : "clips-refused",
    status: 503,
    message: passing
      ? "Kept recordings cannot be reached right now. Yours is not lost: try again in a moment."
      : "Recordings cannot be kept on this server at the moment. Yours is not lost: send it without keeping it.",
    retryAfter: passing ? 5 : undefined,
    operator: `${
      status
        ? `Google Cloud Storage answered ${status}.`
        : "Google Cloud Storage did not answer."
    } ${ADVICE[status] ?? "See https://status.cloud.google.com."}`,
    cause,
  });
}
