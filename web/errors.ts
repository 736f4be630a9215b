import { isDiskFull } from "./disk.ts";
import { log } from "./log.ts";

/** What an {@link AppError} is made of. */
export interface AppErrorInit {
  /** Stable, kebab-case; programs may rely on it. */
  code: string;
  /** HTTP status of the answer. */
  status: number;
  /** A plain sentence for the person, saying what to do next. */
  message: string;
  /** Form field name → sentence to show beside it. */
  fields?: Record<string, string>;
  /** Seconds until trying again makes sense. */
  retryAfter?: number;
  /** The methods the address does take. */
  allow?: string[];
  cause?: unknown;
}

/** An error whose message is meant for the person who caused it. */
export class AppError extends Error {
  override name = "AppError";
  readonly code: string;
  readonly status: number;
  readonly fields?: Record<string, string>;
  readonly retryAfter?: number;
  readonly allow?: string[];

  constructor(init: AppErrorInit) {
    super(init.message, { cause: init.cause });
    this.code = init.code;
    this.status = init.status;
    this.fields = init.fields;
    this.retryAfter = init.retryAfter;
    this.allow = init.allow;
  }
}

/** A form was refused for good before anything was done with what was written in it. */
export class NotSent extends AppError {
  /** @param words what was written, which no page but that of the error can give back. */
  constructor(cause: AppError, readonly words: string) {
    super({ ...cause, message: cause.message, cause });
  }
}

const UNKNOWN = new AppError({
  code: "internal",
  status: 500,
  message: "Something went wrong on our side. Please try again in a moment.",
});

const diskFull = (cause: unknown): AppError =>
  new AppError({
    code: "disk-full",
    status: 503,
    message:
      "The server’s disk is full, so nothing can be stored. Tell whoever runs it to free some space, then try again.",
    retryAfter: 60,
    cause,
  });

/** The codes of the statuses a router answers with by itself. */
const STATUS_CODES: Record<number, string> = {
  400: "bad-request",
  401: "not-signed-in",
  403: "forbidden",
  404: "not-found",
  405: "method-not-allowed",
  413: "too-large",
  415: "unsupported-type",
  429: "too-many-requests",
};

/** What to do about them; Fresh's own errors say nothing, or repeat their status. */
const STATUS_SENTENCES: Record<number, string> = {
  403: "This request came from another site. Send it from here.",
  404: "There is nothing at this address. Check the spelling.",
  405: "This address does not accept that method.",
};

/**
 * The error to show for anything thrown; a full disk is told as what it is, wherever it showed.
 * Fresh's `HttpError` below 500 keeps its status; anything else unknown becomes 500 `internal`.
 */
export function toAppError(error: unknown): AppError {
  if (isDiskFull(error)) return diskFull(error);
  if (error instanceof AppError) return error;
  // By name and not by class: this module is also loaded where Fresh is not (workers, scripts).
  if (
    error instanceof Error && error.name === "HttpError" &&
    "status" in error && typeof error.status === "number" && error.status < 500
  ) {
    return new AppError({
      code: STATUS_CODES[error.status] ?? "bad-request",
      status: error.status,
      message: STATUS_SENTENCES[error.status] ?? (error.message ||
        "We cannot answer this request."),
    });
  }
  return UNKNOWN;
}

/** {@link toAppError} of what a request is answered with: what is no fault of its own is logged. */
export function reportError(error: unknown, requestId?: string): AppError {
  const known = toAppError(error);
  if (known.status >= 500) log("error", known.code, { requestId, error });
  return known;
}

/** What the headers of the answer say of an error: when to try again, and how. */
export function errorHeaders({ retryAfter, allow }: AppError): Headers {
  const headers = new Headers();
  if (retryAfter !== undefined) {
    headers.set("retry-after", String(Math.ceil(retryAfter)));
  }
  if (allow !== undefined) headers.set("allow", allow.join(", "));
  return headers;
}

/** The JSON answer for anything thrown: `{error: {code, message, fields?}}` with its status. */
export function errorResponse(error: unknown, requestId?: string): Response {
  const known = reportError(error, requestId);
  const { code, message, fields, status } = known;
  return Response.json({ error: { code, message, fields } }, {
    status,
    headers: errorHeaders(known),
  });
}
