/** What goes wrong with AWS, told to the person in a sentence and to the operator in a line. */
import type { AppError } from "../errors.ts";
import { failure, type FailureCode } from "./failures.ts";

export type ServiceName = "Rekognition" | "S3";

/** Codes by which the services say "later"; the SDK has tried again by then. */
const BUSY = new Set([
  "ProvisionedThroughputExceededException",
  "ThrottlingException",
  "Throttling",
  "TooManyRequestsException",
  "RequestLimitExceeded",
  "LimitExceededException",
  "SlowDown",
]);

const WRONG_CLOCK_OR_SECRET =
  "AWS_SECRET_ACCESS_KEY does not belong to AWS_ACCESS_KEY_ID, or this machine's clock is wrong.";
const UNKNOWN_KEY =
  "AWS does not know AWS_ACCESS_KEY_ID, or the account has not enabled AWS_REGION.";
const NOT_ALLOWED =
  "The key's owner may not do this: give it the IAM policy in web/faces/README.md.";
const EXPIRED = "The key has expired: make another.";
const WRONG_CLOCK = "This machine's clock is wrong.";
const WRONG_REGION = "S3_BUCKET is in another region than AWS_REGION.";

/** Mistakes of the set-up, which trying again does not mend → what to look at. */
const SET_UP: Record<string, string> = {
  AccessDeniedException: NOT_ALLOWED,
  AccessDenied: NOT_ALLOWED,
  AllAccessDisabled: NOT_ALLOWED,
  UnrecognizedClientException: UNKNOWN_KEY,
  InvalidAccessKeyId: UNKNOWN_KEY,
  InvalidClientTokenId: UNKNOWN_KEY,
  InvalidSignatureException: WRONG_CLOCK_OR_SECRET,
  SignatureDoesNotMatch: WRONG_CLOCK_OR_SECRET,
  MissingAuthenticationTokenException: WRONG_CLOCK_OR_SECRET,
  ExpiredTokenException: EXPIRED,
  ExpiredToken: EXPIRED,
  RequestTimeTooSkewed: WRONG_CLOCK,
  RequestExpired: WRONG_CLOCK,
  NoSuchBucket: "There is no bucket named S3_BUCKET.",
  PermanentRedirect: WRONG_REGION,
  AuthorizationHeaderMalformed: WRONG_REGION,
  IllegalLocationConstraintException: WRONG_REGION,
  InvalidBucketName: "S3_BUCKET is no name of a bucket.",
  OptInRequired: "The account is not signed up for this service.",
  SubscriptionRequiredException:
    "The account is not signed up for this service.",
  AccountProblem: "There is a problem with the AWS account.",
};

/** What else the operator can be told by the name of the fault. */
const HINTS: Record<string, string> = {
  ENOTFOUND:
    "There is no such host: is AWS_REGION a region of this service, and does DNS work here?",
  ECONNREFUSED: "Nothing answers there.",
  TimeoutError: "No answer came in time.",
  AbortError: "No answer came in time.",
};

/** What every error of the SDK may carry. */
interface SdkError extends Error {
  code?: string;
  $metadata?: {
    httpStatusCode?: number;
    requestId?: string;
    attempts?: number;
  };
}

/** The name by which a fault is known: an AWS error code, or Node's. */
export function faultOf(error: unknown): string {
  if (!(error instanceof Error)) return "Unknown";
  const { name, code } = error as SdkError;
  return name === "Error" && code !== undefined ? code : name;
}

/**
 * The answer for a failed call: a sentence for the person; in its cause, what the operator
 * needs to mend it.
 */
export function awsFailure(
  service: ServiceName,
  operation: string,
  error: unknown,
): AppError {
  const fault = faultOf(error);
  const { httpStatusCode: status, requestId, attempts } =
    (error as SdkError).$metadata ?? {};
  const facts = [
    status && `HTTP ${status}`,
    requestId && `request ${requestId}`,
    attempts && `attempt ${attempts}`,
  ].filter(Boolean).join(", ");
  const hint = SET_UP[fault] ?? HINTS[fault] ?? "See its documentation.";
  const report = new Error(
    `${service} ${operation}: ${fault} (${facts || "no answer"}). ${hint}`,
    { cause: error },
  );
  return failure(codeOf(service, fault, status), report);
}

function codeOf(
  service: ServiceName,
  fault: string,
  status?: number,
): FailureCode {
  if (BUSY.has(fault) || status === 429) return "busy";
  const subject = service === "S3" ? "pictures" : "faces";
  // A code we do not know with one of these statuses is still about who asks, or where.
  const isSetUp = fault in SET_UP || [301, 307, 401, 403].includes(status ?? 0);
  return isSetUp ? `${subject}-misconfigured` : `${subject}-unavailable`;
}
