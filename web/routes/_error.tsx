import { page } from "fresh";
import { Head } from "fresh/runtime";
import { errorHeaders, NotSent, reportError } from "../errors.ts";
import {
  apiError,
  errorHeadersOf,
  SCRIPTLESS_POLICY,
} from "../http/middleware/security.ts";
import { define } from "../utils.ts";

/** What to say where the error itself has nothing better. */
const WORDS: Record<number, { title: string; text: string }> = {
  // And any other that asks for something else to be sent.
  400: {
    title: "That didn’t work",
    text: "Go back, reload the page and try again.",
  },
  403: {
    title: "That is not allowed",
    text:
      "The request came from another site, or your role in the room does not allow it.",
  },
  404: {
    title: "There is nothing here",
    text:
      "The address may be mistyped, or it belongs to a room you are not a member of.",
  },
  405: {
    title: "That does not work here",
    text:
      "This address belongs to a button on one of our pages. Go back and use the button.",
  },
  413: {
    title: "That was too large",
    text: "You can send at most 8 MB at once. Go back and choose less.",
  },
  429: {
    title: "Too many attempts",
    text: "Please wait a little and try again.",
  },
  500: {
    title: "Something broke on our side",
    text: "It is not your fault. Please try again in a moment.",
  },
  503: {
    title: "Part of ChatSphere is not responding",
    text: "It usually comes back by itself. Please try again in a moment.",
  },
};

/** Errors whose own sentences are for programs, or say less than the words above. */
const GENERAL = ["not-found", "method-not-allowed"];

const isApi = (path: string) =>
  /^\/(api|\.well-known|realtime|transcriber)(\/|$)/.test(path);

/**
 * Anything thrown ends here: JSON for programs, a plain page for people. It is rendered
 * outside the middlewares, so it sends the security headers itself.
 */
export const handler = define.handlers((ctx) => {
  const { requestId, services } = ctx.state;
  const { pathname: path } = ctx.url;
  const asked = { requestId, config: services?.config, path };
  if (isApi(path)) return apiError(ctx.error, asked);
  const headers = errorHeadersOf(asked);
  const error = reportError(ctx.error, requestId);
  const { status, code, message } = error;
  headers.set("content-security-policy", SCRIPTLESS_POLICY);
  for (const [name, value] of errorHeaders(error)) headers.set(name, value);
  // Fresh's own errors carry a status text; ours a sentence.
  const own = ctx.error instanceof Error && ctx.error.name === "AppError";
  const words = WORDS[status] ?? WORDS[status >= 500 ? 500 : 400];
  const isOurs = status >= 500;
  const title = code === "disk-full"
    ? "The server’s disk is full"
    : words.title;
  return page({
    title,
    text: code === "disk-full" || (own && !GENERAL.includes(code))
      ? message
      : words.text,
    status,
    // A form that was sent is not in its address: the browser's own way back keeps it.
    again: isOurs && ctx.req.method === "GET",
    requestId: isOurs ? requestId : undefined,
    words: ctx.error instanceof NotSent ? ctx.error.words : "",
  }, { status, headers });
});

export default define.page<typeof handler>(({ data, state }) => (
  <div class="column stack error-page">
    <Head>
      <title>{data.title} · ChatSphere</title>
    </Head>
    <p class="error-status">{data.status}</p>
    <h1>{data.title}</h1>
    <p>{data.text}</p>
    {data.words && (
      <div class="field">
        <label for="words">
          What you wrote was not sent. You can copy it from here.
        </label>
        <textarea class="input" id="words" rows={6} readOnly dir="auto">
          {data.words}
        </textarea>
      </div>
    )}
    <p class="actions">
      {data.again && <a class="button" href="">Try again</a>}
      <a
        class={data.again ? "button button-quiet" : "button"}
        href={state.signedIn ? "/rooms" : "/"}
      >
        {state.signedIn ? "Go to your rooms" : "Go to the home page"}
      </a>
    </p>
    {data.requestId && (
      <p class="soft small">
        If you report this, mention <code>{data.requestId}</code>.
      </p>
    )}
  </div>
));
