import { parseCookie, stringifySetCookie } from "cookie";
import type { Config } from "../config.ts";

type Site = Pick<Config, "secure">;

/**
 * A cookie only our server reads. On https its name has the `__Host-` prefix, with which browsers
 * refuse it from anyone else (RFC 6265bis §4.1.3); on http://localhost that prefix, and Secure,
 * would keep it from being stored.
 */
function hostCookie(plainName: string) {
  const nameFor = (site: Site) =>
    site.secure ? `__Host-${plainName}` : plainName;
  const write = (site: Site, value: string, maxAge: number): string =>
    stringifySetCookie({
      name: nameFor(site),
      value,
      maxAge,
      httpOnly: true,
      secure: site.secure,
      sameSite: "lax",
      path: "/",
    });
  return {
    /** The `Set-Cookie` value; `expiresAt` in milliseconds since the Unix epoch. */
    set: (site: Site, token: string, expiresAt: number): string =>
      write(
        site,
        token,
        Math.max(0, Math.ceil((expiresAt - Date.now()) / 1000)),
      ),
    /** The `Set-Cookie` value that makes the browser forget it. */
    clear: (site: Site): string => write(site, "", 0),
    /** The token of a request, or null. */
    read: (site: Site, headers: Headers): string | null =>
      parseCookie(headers.get("cookie") ?? "")[nameFor(site)] || null,
    /** The other cookies of a request, as they came. */
    others: (site: Site, headers: Headers): string =>
      (headers.get("cookie") ?? "").split(/; */)
        .filter((one) => !one.startsWith(`${nameFor(site)}=`)).join("; "),
  };
}

export const {
  set: sessionCookie,
  clear: clearSessionCookie,
  read: readSessionCookie,
} = hostCookie("chatsphere_session");

export const {
  set: pendingLoginCookie,
  clear: clearPendingLoginCookie,
  read: readPendingLoginCookie,
} = hostCookie("chatsphere_login");

/** Tells the browser a passkey was asked for, before anybody is known: see passkeys/challenges.ts. */
export const {
  set: passkeyCookie,
  clear: clearPasskeyCookie,
  read: readPasskeyCookie,
} = hostCookie("chatsphere_passkey");

/** Recovery codes just made, for whoever made them to see once. */
export const {
  set: recoveryCookie,
  clear: clearRecoveryCookie,
  read: readRecoveryCookie,
} = hostCookie("chatsphere_recovery");

/** The name of a member just removed, for the page that says so. */
export const { set: removedCookie, read: readRemovedCookie } = hostCookie(
  "chatsphere_removed",
);

/** The code of an invitation just made, for whoever made it to see once more. */
export const { set: invitedCookie, read: readInvitedCookie } = hostCookie(
  "chatsphere_invited",
);

/** By which a browser gets the page of a form that was refused, and no other one does. */
export const {
  set: refusedCookie,
  read: readRefusedCookie,
  others: withoutRefused,
} = hostCookie("chatsphere_refused");

/** The devices somebody has signed in on: see devices.ts. */
export const { set: deviceCookie, read: readDeviceCookie } = hostCookie(
  "chatsphere_device",
);
