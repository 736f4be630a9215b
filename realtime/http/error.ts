import { AuthError } from "../access/tokens.ts";
import { FrameError } from "../frame-fields.ts";
import { StoreError } from "../log/log.ts";

/** A refusal with its status. */
export class HttpError extends Error {
  override name = "HttpError";
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/** What an answer says of an error; `code` is stable, `message` is for a person. */
export interface Refusal {
  status: number;
  code: string;
  message: string;
}

const FRAME_STATUS: Record<string, number> = {
  "message-too-long": 422,
  "message-empty": 422,
  "forbidden": 403,
  "not-found": 404,
  "room-archived": 409,
  "rate-limited": 429,
  "members-unavailable": 503,
};

/** Says what became of a request; whatever is not known by name is `internal`. */
export function describe(error: unknown): Refusal {
  if (error instanceof HttpError) {
    const { status, code, message } = error;
    return { status, code, message };
  }
  if (error instanceof AuthError) {
    const { code, message, retryable } = error;
    return { status: retryable ? 503 : 401, code, message };
  }
  if (error instanceof FrameError) {
    // Whoever is not in a room must not learn that there is one.
    if (error.code === "not-member") {
      return { status: 404, code: "not-found", message: "No such room." };
    }
    const { code, message } = error;
    return { status: FRAME_STATUS[code] ?? 400, code, message };
  }
  if (error instanceof StoreError) {
    return { status: 503, code: error.code, message: error.sentence };
  }
  const message = "The server could not do this now; try again.";
  return { status: 500, code: "internal", message };
}

/** The answer to a refused request; one that may be tried again says when. */
export function refusalResponse({ status, code, message }: Refusal): Response {
  const headers: Record<string, string> = status === 429 || status === 503
    ? { "retry-after": "2" }
    : {};
  return Response.json({ error: { code, message } }, { status, headers });
}
