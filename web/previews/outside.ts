import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import ipaddr from "ipaddr.js";

/** How servers of others are reached; tests have a network of their own. */
export interface Outside {
  /** The addresses of a host, as names are looked up on this machine. */
  addressesOf(host: string): Promise<string[]>;
  /** Whether this server may connect there. */
  isOpen(address: string, port: number): boolean;
  /** A certificate authority to trust instead of those everyone trusts. */
  ca?: string;
}

/** The ports of the web, so that nothing else is ever spoken to. */
const PORTS = [80, 443];
/** IPv6 that is routed on the Internet (RFC 3513 §4). */
const GLOBAL = ipaddr.IPv6.parseCIDR("2000::/3");
/** Public by its number, but inside Azure it is the platform's own. */
const AZURE = "168.63.129.16";

/**
 * Whether an address is on the Internet: nothing private, of this machine, of a cloud's own services
 * (169.254.169.254 and its like), or that hides an address of IPv4 in one of IPv6.
 */
export function isPublic(address: string): boolean {
  if (isIP(address) === 0) return false;
  const parsed = ipaddr.process(address);
  if (parsed.range() !== "unicast" || parsed.toString() === AZURE) return false;
  return parsed instanceof ipaddr.IPv4 || parsed.match(GLOBAL);
}

/**
 * The addresses of the host of a URL; none if it may not be connected to. One that is near is enough:
 * which of them is meant is its owner's to choose.
 *
 * @throws where the name cannot be looked up.
 */
export async function openAddresses(
  { addressesOf, isOpen }: Pick<Outside, "addressesOf" | "isOpen">,
  url: URL,
): Promise<string[]> {
  const port = Number(url.port || (url.protocol === "https:" ? 443 : 80));
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const addresses = isIP(host) ? [host] : await addressesOf(host);
  return addresses.every((it) => isOpen(it, port)) ? addresses : [];
}

/** The Internet, and nothing nearer. */
export const internet: Outside = {
  async addressesOf(host) {
    const found = await lookup(host, { all: true, order: "verbatim" });
    return found.map(({ address }) => address);
  },
  isOpen: (address, port) => PORTS.includes(port) && isPublic(address),
};
