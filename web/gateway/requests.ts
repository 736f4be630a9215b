import { AppError } from "../errors.ts";

/** What a request says that is meant for the transcriber; our cookies are not. */
const ASKED = [
  "accept",
  "accept-language",
  "authorization",
  "content-length",
  "content-type",
  "range",
  "user-agent",
];

/** What an answer says of one connection, or of bytes that are decoded on the way here. */
const NOT_ANSWERED = [
  "connection",
  "content-encoding",
  "keep-alive",
  "set-cookie",
  "trailer",
  "transfer-encoding",
  "upgrade",
];

/** Of the headers of a request, those that go on, and no other. */
export function passedHeaders(given: Headers): Headers {
  const passed = new Headers();
  for (const name of ASKED) {
    const value = given.get(name);
    if (value !== null) passed.set(name, value);
  }
  return passed;
}

/** How a request is passed on. */
export interface Passing {
  headers: Headers;
  /** Aborted when nobody waits for the answer any more. */
  signal: AbortSignal;
  /** What is said when the service cannot be reached. */
  down: { code: string; message: string };
}

/**
 * Asks a service what somebody asked us, and gives its answer. Neither body is held here: who
 * sends or reads slowly makes the other side wait.
 *
 * @throws {AppError} the code of `down` (503)
 */
export async function passOn(
  request: Request,
  url: URL,
  { headers, signal, down }: Passing,
): Promise<Response> {
  // Encoded, it would be decoded here and its length be wrong.
  headers.set("accept-encoding", "identity");
  try {
    const answer = await fetch(url, {
      method: request.method,
      headers,
      body: request.body,
      redirect: "manual",
      signal,
    });
    const given = new Headers(answer.headers);
    if (given.has("content-encoding")) given.delete("content-length");
    for (const name of NOT_ANSWERED) given.delete(name);
    // Proxies that collect an answer before passing it on would show nothing.
    given.set("x-accel-buffering", "no");
    return new Response(answer.body, { status: answer.status, headers: given });
  } catch (error) {
    // Nobody reads this; it keeps a cancelled dictation from looking like an outage in the log.
    if (signal.aborted) {
      const message = "The request was cancelled.";
      throw new AppError({ code: "abandoned", status: 499, message });
    }
    throw new AppError({ ...down, status: 503, retryAfter: 5, cause: error });
  }
}
