import { REALTIME_PATH, TRANSCRIBER_PATH } from "../config.ts";

/** What of the transcriber is for browsers and other programs. Neither its measurements nor what is for web alone. */
const SPEECH =
  /^(\/transcribe(\/live)?|\/languages|\/docs|\/openapi\.json|\/v1\/audio\/transcriptions|\/v1\/models(\/\w[\w.-]*)?|\/clips\/[\w-]+(\/address|\/audio)?)$/;

/** What of realtime a page may ask for where no socket comes about, and what it says of itself. */
const ROOMS =
  /^(\/rooms\/[\w-]+\/(messages|amendments|stream|read)|\/summaries|\/docs|\/openapi\.json)$/;

/** The path at realtime that an address here stands for, besides sockets; undefined for others. */
export function roomsPath(pathname: string): string | undefined {
  if (!pathname.startsWith(`${REALTIME_PATH}/`)) return undefined;
  const path = pathname.slice(REALTIME_PATH.length);
  return ROOMS.test(path) ? path : undefined;
}

/** The path at the transcriber that an address here stands for; undefined for all others. */
export function speechPath(pathname: string): string | undefined {
  if (!pathname.startsWith(`${TRANSCRIBER_PATH}/`)) return undefined;
  const path = pathname.slice(TRANSCRIBER_PATH.length);
  return SPEECH.test(path) ? path : undefined;
}

/** The pattern of what is passed on, for log lines; undefined for what is not. */
export function passedRoute(pathname: string): string | undefined {
  if (pathname === REALTIME_PATH) return pathname;
  const rooms = roomsPath(pathname);
  if (rooms) {
    return REALTIME_PATH + rooms.replace(/^(\/rooms\/)[^/]+/, "$1:id");
  }
  const path = speechPath(pathname);
  return path &&
    TRANSCRIBER_PATH +
      path.replace(/^(\/clips\/|\/v1\/models\/)[^/]+/, "$1:id");
}
