import { parseCookie, stringifySetCookie } from "cookie";
import { clearSessionCookie } from "../../accounts/cookies.ts";
import type { Config } from "../../config.ts";

/** Whether a browser says that something waits to be sent in it: see client/browser/pending.ts. */
export const hasUnsent = (headers: Headers): boolean =>
  Boolean(parseCookie(headers.get("cookie") ?? "").unsent);

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
  if (keepsUnsent) return;
  headers.set("clear-site-data", '"storage"');
  headers.append(
    "set-cookie",
    stringifySetCookie({ name: "unsent", value: "", path: "/", maxAge: 0 }),
  );
}
