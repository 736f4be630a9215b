import { csp, csrf, type Middleware } from "fresh";
import type { Config } from "../../config.ts";
import { AppError, errorResponse } from "../../errors.ts";
import type { State } from "../../utils.ts";

const POLICY = "content-security-policy";

/** The policy of pages that run nothing at all. */
export const SCRIPTLESS_POLICY =
  "default-src 'none'; style-src 'self'; img-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/** Where the files and the voice notes of rooms are. */
const FILE_PATH = /^\/rooms\/[^/]+\/(files\/[^/]+|messages\/[^/]+\/voice$)/;
/** The policy of what somebody uploaded: it is looked at or played, as if it were of no origin. */
const FILE_POLICY =
  "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox";

/**
 * A page whose address is a secret tells nobody the address, our own log lines included. Not
 * `no-referrer`: with it browsers send forms as coming from `null` (Fetch §3.2, "append a request
 * `Origin` header"), which {@link sameSite} refuses.
 */
const referrerPolicy = (path = "/"): string =>
  /^\/(login\/reset|address|unsubscribe)\//.test(path)
    ? "strict-origin"
    : "same-origin";

/**
 * The headers every answer carries, whatever it is.
 *
 * @param path of the page, by which it is seen whether the address itself is a secret.
 */
export function securityHeaders(config?: Config, path?: string): Headers {
  const headers = new Headers({
    "x-content-type-options": "nosniff",
    "referrer-policy": referrerPolicy(path),
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy":
      "camera=(self), microphone=(self), geolocation=(), payment=(), usb=()",
  });
  if (config?.secure) {
    headers.set(
      "strict-transport-security",
      "max-age=63072000; includeSubDomains",
    );
  }
  return headers;
}

/** What programs are answered to anything thrown. */
export function apiError(
  error: unknown,
  { requestId, config, path }: {
    requestId: string | undefined;
    config: Config | undefined;
    path: string;
  },
): Response {
  const answer = errorResponse(error, requestId);
  for (const [name, value] of errorHeadersOf({ requestId, config, path })) {
    answer.headers.set(name, value);
  }
  return answer;
}

/** The headers of an answer that is made outside the middlewares. */
export function errorHeadersOf(
  { requestId, config, path }: {
    requestId: string | undefined;
    config: Config | undefined;
    path: string;
  },
): Headers {
  const headers = securityHeaders(config, path);
  headers.set("cache-control", "no-store");
  if (requestId) headers.set("x-request-id", requestId);
  return headers;
}

const toSocket = (address: string) => address.replace(/^http/, "ws");

interface Policies {
  page: Middleware<State>;
  /** Live messages without JavaScript: no scripts, and shown in a frame of our own room page. */
  live: Middleware<State>;
}

function policiesFor(config: Config): Policies {
  // What this service passes on is 'self', sockets included (CSP3 §6.7.2.7).
  const others = [config.wsUrl, config.speechUrl]
    .filter((address) => !address.startsWith("/"));
  const dictation = others.filter((address) => address.startsWith("http"));
  return {
    page: csp<State>({
      useNonce: true,
      csp: [
        ["connect-src 'self'", ...others, ...dictation.map(toSocket)].join(" "),
        "img-src 'self' data: blob:",
        ["media-src 'self' blob:", ...dictation].join(" "),
        "frame-src 'self'",
      ],
    }),
    live: csp<State>({
      csp: [
        "script-src 'none'",
        "style-src 'self'",
        "frame-ancestors 'self'",
      ],
    }),
  };
}

const policies = new WeakMap<Config, Policies>();

/**
 * Sends the security headers and Fresh's content security policy. Over plain http the
 * policy does not ask for https: there is none to upgrade to.
 */
export const security: Middleware<State> = async (ctx) => {
  const { config } = ctx.state.services;
  const known = policies.get(config) ?? policiesFor(config);
  policies.set(config, known);
  const { pathname } = ctx.url;
  const isLive = pathname.endsWith("/live");
  const answer = await (isLive ? known.live : known.page)(ctx);
  for (const [name, value] of securityHeaders(config, ctx.url.pathname)) {
    answer.headers.set(name, value);
  }
  if (!config.secure) {
    const policy = answer.headers.get(POLICY) ?? "";
    answer.headers.set(
      POLICY,
      policy.replace(/; *upgrade-insecure-requests/, ""),
    );
  }
  if (answer.ok && FILE_PATH.test(pathname)) {
    answer.headers.set(POLICY, FILE_POLICY);
  }
  return answer;
};

/**
 * Whether a page of this origin is one of ours: it came from the address this request was sent to,
 * or from APP_URL. A proxy or a tunnel that ends TLS makes https of what reaches us as http.
 */
export function isOurs(origin: string, url: URL, { appUrl }: Config): boolean {
  return origin === appUrl || origin === url.origin ||
    origin === `https://${url.host}`;
}

const CHANGES_NOTHING = new Set(["GET", "HEAD", "OPTIONS"]);
/** What a form can send, and a script of another site without asking first. */
const OF_FORMS =
  /^(application\/x-www-form-urlencoded|multipart\/form-data|text\/plain)\s*(;|$)/i;
const MEDIA_TYPE = /^[\w.+-]+\/[\w.+-]+\s*(;|$)/;

/**
 * What no page of another site can send without asking first: another method than those of forms
 * (Fetch §2.2.1, "CORS-safelisted method"), or a body of another type (§2.2.2).
 */
function isAskedFor({ method, headers }: Request): boolean {
  const type = headers.get("content-type") ?? "";
  return method !== "POST" || MEDIA_TYPE.test(type) && !OF_FORMS.test(type);
}

/**
 * Refuses a form of which nothing says where it comes from. Every browser of today says it, by
 * Sec-Fetch-Site or Origin, and {@link sameSite} looks at that; one that says neither must send a
 * Referer of ours. Programs send JSON or bytes by their type, or delete, which another site's page
 * cannot.
 */
export const fromHere: Middleware<State> = (ctx) => {
  const { method, headers } = ctx.req;
  const isTold = headers.has("sec-fetch-site") || headers.has("origin");
  // A mail program sends it by itself and says nothing; the secret in the address is the proof.
  if (ctx.url.pathname.startsWith("/unsubscribe/")) return ctx.next();
  if (CHANGES_NOTHING.has(method) || isTold || isAskedFor(ctx.req)) {
    return ctx.next();
  }
  const referer = URL.parse(headers.get("referer") ?? "")?.origin ?? "";
  if (isOurs(referer, ctx.url, ctx.state.services.config)) return ctx.next();
  throw new AppError({
    code: "no-origin",
    status: 403,
    message:
      "Your browser did not say which page this came from, so we refused it. Let it send the Origin or Referer header, or use a newer browser. Programs should send JSON to /api, and files as application/octet-stream.",
  });
};

/** Refuses changes another site asks for, by Sec-Fetch-Site and Origin. */
export const sameSite: Middleware<State> = csrf<State>({
  origin: (origin, ctx) => isOurs(origin, ctx.url, ctx.state.services.config),
});
