import { audioBroken } from "../../audio/errors.ts";
import { ApiError } from "../../http/errors.ts";

/** What the SDK rejects with (google-gax's GoogleError), as far as it is used here. */
export interface GrpcFailure {
  /** https://grpc.github.io/grpc/core/md_doc_statuscodes.html */
  code: number;
  message: string;
  /** `google.rpc.ErrorInfo.reason`, such as SERVICE_DISABLED. */
  reason?: string;
}

export const GRPC = {
  unknown: 2,
  invalidArgument: 3,
  deadlineExceeded: 4,
  notFound: 5,
  permissionDenied: 7,
  resourceExhausted: 8,
  failedPrecondition: 9,
  outOfRange: 11,
  unimplemented: 12,
  unauthenticated: 16,
} as const;

export const isGrpcFailure = (error: unknown): error is GrpcFailure =>
  error instanceof Error && "code" in error && typeof error.code === "number";

/** Whether the service has read the request and found the audio or its description wrong. */
export const isRefusedAudio = (error: unknown): boolean =>
  isGrpcFailure(error) && error.code === GRPC.invalidArgument;

/** Whether a live call reached one of the service's limits in time, and a new one may go on. */
export const isSpent = (error: unknown): boolean =>
  isGrpcFailure(error) && error.code === GRPC.outOfRange;

const SETUP =
  "Dictation is not set up correctly on this server. Your recording is not lost: try again later, or type your message.";

const PERMISSION =
  "Give the service account roles/speech.client on GOOGLE_CLOUD_PROJECT, enable speech.googleapis.com and billing, and let it read and write GCS_BUCKET.";

/**
 * What a failure of Speech-to-Text means to the person, and in `operator` to whoever runs the server.
 * Everything but refused audio is 5xx: the same recording may be sent again.
 */
export function speechError(cause: unknown): ApiError {
  if (cause instanceof ApiError) return cause;
  if (!isGrpcFailure(cause) || NO_TOKEN.test(cause.message)) {
    return credentialsError(cause);
  }
  const known = KNOWN[cause.code];
  const { code, status, message, retryAfter, advice } = known ?? DOWN;
  if (code === "audio-broken") return audioBroken(cause);
  const reason = cause.reason ? ` ${cause.reason}` : "";
  return new ApiError({
    code,
    status,
    message,
    retryAfter,
    operator: `Google Speech answered gRPC ${cause.code}${reason}. ${advice}`,
    cause,
  });
}

/** grpc-js hides trouble with credentials behind "unavailable", and the SDK that behind "timeout". */
const NO_TOKEN = /metadata from plugin failed/;

// What is no verdict of the service comes from reading the credentials or asking for a token.
const credentialsError = (cause: unknown) =>
  new ApiError({
    code: "speech-refused",
    status: 503,
    message: SETUP,
    operator:
      "Google's client could not begin a call. Check the file GOOGLE_APPLICATION_CREDENTIALS names, the clock, and the way to googleapis.com.",
    cause,
  });

interface Meaning {
  code: string;
  status: number;
  message: string;
  retryAfter?: number;
  advice: string;
}

const DOWN: Meaning = {
  code: "speech-down",
  status: 503,
  message:
    "Speech recognition cannot be reached right now. Your recording is not lost: try again in a moment.",
  retryAfter: 5,
  advice: "See https://status.cloud.google.com.",
};

const REFUSED: Meaning = {
  code: "speech-refused",
  status: 503,
  message: SETUP,
  advice: PERMISSION,
};

const KNOWN: Record<number, Meaning> = {
  [GRPC.invalidArgument]: {
    code: "audio-broken",
    status: 422,
    message: "",
    advice: "",
  },
  [GRPC.deadlineExceeded]: {
    code: "speech-timeout",
    status: 504,
    message:
      "Understanding your recording took too long. It is not lost: try again.",
    retryAfter: 5,
    advice: "If this is common, look at the way to speech.googleapis.com.",
  },
  [GRPC.notFound]: {
    ...REFUSED,
    advice: "It did not find the audio: check that GCS_BUCKET exists.",
  },
  [GRPC.permissionDenied]: REFUSED,
  [GRPC.unauthenticated]: {
    ...REFUSED,
    advice:
      "The key of GOOGLE_APPLICATION_CREDENTIALS is not valid any more, or the clock is wrong.",
  },
  [GRPC.failedPrecondition]: REFUSED,
  [GRPC.unimplemented]: REFUSED,
  [GRPC.resourceExhausted]: {
    code: "speech-quota",
    status: 503,
    message:
      "This server has used up its dictation for the moment. Your recording is not lost: try again in a minute.",
    retryAfter: 60,
    advice:
      "Raise the quotas of speech.googleapis.com for GOOGLE_CLOUD_PROJECT.",
  },
};
