/** What passes through here to the two other services, so that a browser needs one address. */
import type { Middleware } from "fresh";
import { readSessionCookie } from "../accounts/cookies.ts";
import { findSession } from "../accounts/sessions.ts";
import { REALTIME_PATH, TRANSCRIBER_PATH } from "../config.ts";
import { AppError } from "../errors.ts";
import { isOurs, securityHeaders } from "../http/middleware/security.ts";
import { finishFirst, shuttingDown } from "../shutdown.ts";
import type { State } from "../utils.ts";
import { type Ends, join, type Joined, openService } from "./join.ts";
import { roomsPath, speechPath } from "./paths.ts";
import { Places } from "./places.ts";
import { passedHeaders, passOn } from "./requests.ts";

/** See CLOSE in realtime/protocol.ts, and the transcriber's live.ts. */
const REALTIME_ENDS: Ends = { tooSlow: 4008, busy: 4002, tooLarge: 1009 };
const SPEECH_ENDS: Ends = { tooSlow: 4002, busy: 4002, tooLarge: 4413 };

const RESTART = 4000;
/** Sockets sent away at once when this process ends, and milliseconds before the next: what comes
 * back all at the same moment is the next process's trouble. */
const GOODBYES = 500;
const GOODBYE_PAUSE = 50;

const foreign = (): AppError =>
  new AppError({
    code: "origin",
    status: 403,
    message: "This page may not connect here.",
  });

const full = (): AppError =>
  new AppError({
    code: "overloaded",
    status: 503,
    message: "Too many connections are open. Try again in a moment.",
    retryAfter: 5,
  });

const SPEECH_DOWN = {
  code: "transcriber-down",
  message: "Speech recognition cannot be reached now.",
};
const ROOMS_DOWN = {
  code: "realtime-down",
  message: "Messages are unavailable at the moment. Please try again shortly.",
};

const down = (code: string, cause: unknown): AppError =>
  new AppError({
    code,
    status: 503,
    message: "This cannot be reached now. Try again in a moment.",
    retryAfter: 5,
    cause,
  });

const socketOnly = (): AppError =>
  new AppError({
    code: "websocket-only",
    status: 426,
    message: "Open this address as a WebSocket.",
  });

const isUpgrade = ({ headers }: Request): boolean =>
  headers.get("upgrade")?.toLowerCase() === "websocket";

const open = new Set<Joined>();

async function goodbye(): Promise<void> {
  const leaving = [...open];
  while (leaving.length > 0) {
    for (const each of leaving.splice(0, GOODBYES)) {
      each.end(RESTART, "restarting");
    }
    await new Promise((resolve) => setTimeout(resolve, GOODBYE_PAUSE));
  }
}
shuttingDown.addEventListener("abort", () => finishFirst(goodbye()));

/** Where a socket goes, and as whose. */
interface Passage {
  url: string;
  ends: Ends;
  /** The code of the error when the service cannot be reached. */
  code: string;
  headers: Headers;
}

/** The account of the session a request brings, if it brings one. */
async function accountOf(
  { services }: State,
  { headers }: Request,
): Promise<string | undefined> {
  const session = readSessionCookie(services.config, headers);
  const found = session && await findSession(services, session);
  return found ? found.accountId : undefined;
}

/** Passes a socket on. @throws {AppError} `overloaded`, or the code of the passage (both 503) */
async function passSocket(
  request: Request,
  state: State,
  { url, ends, code, headers }: Passage,
  places: Places,
): Promise<Response> {
  if (shuttingDown.aborted) throw full();
  const leave = places.take(await accountOf(state, request), state.ip);
  if (!leave) throw full();
  const protocols = (request.headers.get("sec-websocket-protocol") ?? "")
    .split(",").map((name) => name.trim()).filter(Boolean);
  try {
    const to = new URL(url.replace(/^http/, "ws"));
    const options = { protocols, headers };
    const service = await openService(to, options, request.signal);
    const joined = join(request, service, ends);
    open.add(joined);
    joined.closed.then(() => {
      open.delete(joined);
      leave();
    });
    return joined.response;
  } catch (error) {
    leave();
    throw down(code, error);
  }
}

/** The most requests passed on at a time; those of one network may not take them all. */
const REQUESTS = { person: 20, network: 20, strangers: 200, all: 200 };

/**
 * Passes `/realtime` and `/transcriber/…` on to the other services, as long as no addresses of
 * their own are configured for them; and what a room needs without a socket, always. Pages of other sites are refused; programs send no Origin.
 */
export function gateway(
  places = new Places(),
  requests = new Places(REQUESTS),
): Middleware<State> {
  return async (ctx) => {
    const { req, state, url } = ctx;
    const { config, signer } = state.services;
    const isSocket = url.pathname === REALTIME_PATH &&
      config.wsUrl === REALTIME_PATH;
    const speech = config.speechUrl === TRANSCRIBER_PATH
      ? speechPath(url.pathname)
      : undefined;
    const rooms = roomsPath(url.pathname);
    if (!isSocket && speech === undefined && rooms === undefined) {
      return await ctx.next();
    }
    const origin = req.headers.get("origin");
    if (origin !== null && !isOurs(origin, url, config)) throw foreign();
    if (isSocket && !isUpgrade(req)) throw socketOnly();
    const headers = isSocket ? new Headers() : passedHeaders(req.headers);
    headers.set("x-forwarded-for", state.ip);
    headers.set("x-request-id", state.requestId);
    if (isSocket) {
      // By it realtime knows that the address is not made up.
      headers.set("x-web-token", await signer.serviceToken("realtime"));
      const passage = { ends: REALTIME_ENDS, code: "realtime-down", headers };
      const to = { url: config.realtimeUrl, ...passage };
      return await passSocket(req, state, to, places);
    }
    const target = rooms === undefined
      ? config.transcriberUrl + speech
      : config.realtimeUrl + rooms;
    if (isUpgrade(req) && speech === "/transcribe/live") {
      const passage = { ends: SPEECH_ENDS, code: "transcriber-down", headers };
      const to = { url: target + url.search, ...passage };
      return await passSocket(req, state, to, places);
    }
    // A stream of a room lasts, as a socket does.
    const lasts = rooms?.endsWith("/stream") ?? false;
    const leave = lasts
      ? places.take(await accountOf(state, req), state.ip)
      : requests.take(await accountOf(state, req), state.ip);
    if (!leave) throw full();
    ctx.info.completed.then(leave, leave);
    if (speech) headers.set("x-forwarded-prefix", TRANSCRIBER_PATH);
    const answer = await passOn(req, new URL(target + url.search), {
      headers,
      signal: lasts ? AbortSignal.any([req.signal, shuttingDown]) : req.signal,
      down: rooms === undefined ? SPEECH_DOWN : ROOMS_DOWN,
    });
    for (const [name, value] of securityHeaders(config, url.pathname)) {
      if (!answer.headers.has(name)) answer.headers.set(name, value);
    }
    return answer;
  };
}
