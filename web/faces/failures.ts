/** What people read when photos cannot be checked or kept, through no fault of theirs. */
import { AppError } from "../errors.ts";

const MESSAGES = {
  "busy": "Many people are signing in right now. Try again in a moment.",
  "faces-unavailable":
    "We could not check your photo just now. Try again in a moment.",
  "faces-misconfigured":
    "We cannot check photos at the moment because of a mistake on our side. Please tell whoever runs your ChatSphere, and try again later.",
  "pictures-unavailable":
    "The photo store is not responding. Try again in a moment.",
  "pictures-misconfigured":
    "We cannot store or read photos at the moment because of a mistake on our side. Please tell whoever runs your ChatSphere, and try again later.",
} as const;

export type FailureCode = keyof typeof MESSAGES;

/**
 * A 503 for the person; `cause` is for the operator, who finds it in the line that is logged
 * when the error is answered.
 */
export function failure(code: FailureCode, cause?: unknown): AppError {
  const retryAfter = code.endsWith("misconfigured") ? 600 : 5;
  return new AppError({
    code,
    status: 503,
    message: MESSAGES[code],
    retryAfter,
    cause,
  });
}
