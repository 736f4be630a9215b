import { parseCookie, stringifySetCookie } from "cookie";
import { clearSessionCookie } from "../../accounts/cookies.ts";
import type { Config } from "../../config.ts";
import { isId } from "../../rooms/store.ts";

/** What a browser says that waits in it to be sent. */
interface Waiting {
  /** Texts, and what goes with them: see client/browser/pending.ts. */
  texts: boolean;
  /** Recordings that no message has: see client/browser/recordings.ts. */
  recordings: boolean;
  /** The room in which one of this person waits. */
  room?: string;
}

/** @param me the id of whoever is signed in. */
export function unsentIn(headers: Headers, me?: string): Waiting {
  const cookies = parseCookie(headers.get("cookie") ?? "");
  const { unsent, recorded = "" } = cookies;
  const mine = recorded.split(".").map((one) => one.split("/"))
    .find(([owner, roomId = ""]) => owner === me && isId(roomId));
  return {
    ...{ texts: Boolean(unsent), recordings: recorded !== "" },
    room: mine?.[1],
  };
}

/** Whether a browser says that something waits to be sent in it. */
export function hasUnsent(headers: Headers): boolean {
  const { texts, recordings } = unsentIn(headers);
  return texts || recordings;
}

/** What pages of theirs had fetched or rendered ahead, in any tab: it is a page of whoever left. */
const AHEAD = '"prefetchCache", "prerenderCache"';

/**
 * Has the browser of whoever signs out in it forget all that it keeps of us: texts, files, pages,
 * the worker (https://www.w3.org/TR/clear-site-data/).
 *
 * @param keepsUnsent only the session: what waits to be sent does so until its person is back.
 */
export function forgetHere(
  { headers }: Response,
  site: Pick<Config, "secure">,
  keepsUnsent = false,
): void {
  headers.append("set-cookie", clearSessionCookie(site));
  headers.set("clear-site-data", keepsUnsent ? AHEAD : `"storage", ${AHEAD}`);
  if (keepsUnsent) return;
  for (const name of ["unsent", "recorded"]) {
    const cookie = { name, value: "", path: "/", maxAge: 0 };
    headers.append("set-cookie", stringifySetCookie(cookie));
  }
}
