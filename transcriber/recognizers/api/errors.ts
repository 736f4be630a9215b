import { ApiError } from "../../http/errors.ts";

/** What a server answered, as far as it may be logged: never what it says about the recording. */
export interface Refusal {
  status: number;
  /** A short code of its own, such as `model_not_found`. */
  code?: string;
}

const NOT_LOST = "Your recording is not lost: try again in a moment.";
const SETUP =
  "Dictation is not set up correctly on this server. Your recording is not lost: try again later, or type your message.";

/** The server cannot be reached, or answers nothing that makes sense. */
export const serverDown = (operator: string, cause?: unknown) =>
  new ApiError({
    code: "speech-down",
    status: 503,
    message: `Speech recognition cannot be reached right now. ${NOT_LOST}`,
    retryAfter: 5,
    operator,
    cause,
  });

/** It did not answer in the time it has. */
export const serverSlow = (cause?: unknown) =>
  new ApiError({
    code: "speech-timeout",
    status: 504,
    message:
      "Understanding your recording took too long. It is not lost: try again.",
    retryAfter: 5,
    operator:
      "The server at TRANSCRIBE_API_URL did not answer in time. Give it more power, or a smaller model.",
    cause,
  });

const advice: Record<number, string> = {
  400: "It refuses the recording or a field of the request.",
  401: "It does not accept TRANSCRIBE_API_KEY.",
  403: "TRANSCRIBE_API_KEY may not use it.",
  404: "It does not know the path or TRANSCRIBE_API_MODEL.",
  413: "It takes no recordings this large.",
  415: "It does not take WAV.",
  422: "It refuses the recording or a field of the request.",
};

/** What it means that a server refused a recording for good. */
export function refused({ status, code }: Refusal): ApiError {
  const said = code ? `${status} ${code}` : String(status);
  const redirects = status >= 300 && status < 400;
  const meaning = redirects
    ? "It points elsewhere. Set TRANSCRIBE_API_URL to where it points."
    : advice[status] ?? "See its own log.";
  return new ApiError({
    code: "speech-refused",
    status: 503,
    message: SETUP,
    operator: `The server at TRANSCRIBE_API_URL answered ${said}. ${meaning}`,
  });
}

/** What it means that a server is too busy, after it was asked again. */
export const exhausted = (status: number, retryAfter: number): ApiError =>
  status === 429
    ? new ApiError({
      code: "speech-quota",
      status: 503,
      message:
        "This server has used up its dictation for the moment. Your recording is not lost: try again in a minute.",
      retryAfter: Math.max(retryAfter, 5),
      operator:
        "The server at TRANSCRIBE_API_URL limits how often it is asked.",
    })
    : serverDown(`The server at TRANSCRIBE_API_URL answered ${status}.`);
