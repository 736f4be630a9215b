/** Where passkeys can be used: they belong to the address that people see. */
import { isIP } from "node:net";
import { AppError } from "../../errors.ts";

/** An address at which passkeys work (WebAuthn Level 3 §5.1.3, §13.4.9). */
export interface Site {
  /** What the browser must say the page is from. */
  origin: string;
  /** Its host: passkeys are made for it. */
  rpId: string;
}

/** The site of an origin; null where browsers have no passkeys: at an IP address, or without TLS. */
export function siteOf(origin: string): Site | null {
  const { protocol, hostname } = new URL(origin);
  const isSecure = protocol === "https:" || hostname === "localhost" ||
    hostname.endsWith(".localhost");
  const isAddress = isIP(hostname.replace(/^\[|\]$/g, "")) !== 0;
  return isSecure && !isAddress ? { origin, rpId: hostname } : null;
}

/** @throws {AppError} `no-passkeys-here` (409) where there is no site. */
export function requireSite(site: Site | null): Site {
  if (site !== null) return site;
  throw new AppError({
    code: "no-passkeys-here",
    status: 409,
    message:
      "Passkeys work only at an address with a name, over https. Open ChatSphere at such an address, or use another way to sign in.",
  });
}
