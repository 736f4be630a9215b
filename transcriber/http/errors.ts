/** What went wrong, for a program (`code`), a person (`message`) and HTTP (`status`). */
export class ApiError extends Error {
  /** Stable, kebab-case; clients may branch on it. */
  readonly code: string;
  readonly status: number;
  /** Seconds after which trying again makes sense. */
  readonly retryAfter?: number;
  /** What the operator should know and do; logged, never answered. */
  readonly operator?: string;
  /** The field of the request this is about, where there are several. */
  readonly param?: string;
  /** The kept recording this is about, so that it need not be sent again. */
  clip?: string;
  /** How long it is in seconds, and how loud, if it was kept as a voice note. */
  voice?: { duration: number; peaks: number[] };

  constructor(
    init: {
      code: string;
      status: number;
      message: string;
      retryAfter?: number;
      operator?: string;
      param?: string;
      cause?: unknown;
    },
  ) {
    super(init.message, { cause: init.cause });
    this.name = "ApiError";
    this.code = init.code;
    this.status = init.status;
    this.retryAfter = init.retryAfter;
    this.operator = init.operator;
    this.param = init.param;
  }
}

/** The body of every failed answer. */
export interface ErrorBody {
  error: {
    code: string;
    message: string;
    clip?: string;
    duration?: number;
    peaks?: number[];
  };
}

/** Renders an error as its answer: status, `{error: {code, message}}`, and the headers the status asks for. */
export function errorResponse(error: ApiError): Response {
  const body: ErrorBody = {
    error: {
      code: error.code,
      message: error.message,
      clip: error.clip,
      ...error.voice,
    },
  };
  const headers = new Headers({
    "cache-control": "no-store",
    // The live socket is refused past the middleware that says it everywhere else.
    "x-content-type-options": "nosniff",
  });
  if (error.retryAfter !== undefined) {
    headers.set("retry-after", String(error.retryAfter));
  }
  // RFC 6750 §3: a refused bearer token is answered with the scheme to use.
  if (error.status === 401) headers.set("www-authenticate", "Bearer");
  return Response.json(body, { status: error.status, headers });
}

/** Whether something failed because the disk or a quota of it is full. */
export function isDiskFull(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = "code" in error ? String(error.code) : "";
  return /^(ENOSPC|EDQUOT)$/.test(code) || isDiskFull(error.cause);
}

/** The answer when there is no room on the disk for a recording. */
export const diskFull = (cause: unknown): ApiError =>
  new ApiError({
    code: "disk-full",
    status: 503,
    message:
      "The server’s disk is full. Tell whoever runs it to free some space, then try again.",
    operator: "The disk of DATA_DIR is full. Free some space.",
    retryAfter: 60,
    cause,
  });

/** What to tell a person about an error nobody foresaw. */
export const internalError = (cause: unknown): ApiError =>
  new ApiError({
    code: "internal",
    status: 500,
    message: "Something went wrong on our side. Please try again.",
    cause,
  });
