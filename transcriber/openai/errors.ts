import type { ApiError } from "../http/errors.ts";

/** A failure as OpenAI's API tells it. */
export interface OpenAiError {
  error: { message: string; type: string; param: string | null; code: string };
}

/** Our codes that OpenAI has names of its own for: programs branch on those. */
const CODES: Record<string, string> = {
  "token-missing": "invalid_api_key",
  "token-expired": "invalid_api_key",
  "token-invalid": "invalid_api_key",
  "rate-limited": "rate_limit_exceeded",
};

/** Codes that trying again does not change: OpenAI's clients ask twice more unless told so. */
const FINAL = new Set(["recognizer-off"]);

/** A recording nobody can read is a bad request there; 415 and 422 are not used. */
const statusOf = ({ status }: ApiError) =>
  status === 415 || status === 422 ? 400 : status;

function typeOf(status: number): string {
  if (status === 429) return "rate_limit_error";
  return status >= 500 ? "server_error" : "invalid_request_error";
}

/** The field a failure is about, where its code tells. */
function paramOf({ param, code }: ApiError): string | null {
  if (param !== undefined) return param;
  if (code === "language-unsupported") return "language";
  return code.startsWith("audio-") ? "file" : null;
}

/** The body of a failure: `param` names the field it is about. */
export function openAiError(error: ApiError): OpenAiError {
  const { code, message } = error;
  return {
    error: {
      message,
      type: typeOf(statusOf(error)),
      param: paramOf(error),
      code: CODES[code] ?? code,
    },
  };
}

/** The answer to a failed call, with what OpenAI's clients read of its headers. */
export function openAiErrorResponse(error: ApiError): Response {
  const headers = new Headers({ "cache-control": "no-store" });
  if (error.retryAfter !== undefined) {
    headers.set("retry-after", String(error.retryAfter));
  }
  if (FINAL.has(error.code)) headers.set("x-should-retry", "false");
  if (error.status === 401) headers.set("www-authenticate", "Bearer");
  return Response.json(openAiError(error), {
    status: statusOf(error),
    headers,
  });
}

/** Whether a path belongs to the API of OpenAI, and its failures are told that way. */
export const isOpenAiPath = (path: string): boolean => path.startsWith("/v1/");

/** Whether a recording has no words, where a person is told what to do and OpenAI says "". */
export const isWithoutWords = (error: unknown): boolean =>
  error instanceof Error && "code" in error &&
  error.code === "audio-not-understood";
