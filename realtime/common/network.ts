import { isIP, isIPv4 } from "node:net";

/** Longer than any address is written. */
const LONGEST = 64;

/**
 * An address in the one way of writing it that is compared and counted, without the port some
 * proxies write behind it; undefined for anything else.
 */
export function plainAddress(text: string): string | undefined {
  if (text.length > LONGEST) return undefined;
  // Nearly all are, and this is asked several times of each request.
  if (isIPv4(text)) return text;
  const [, inBrackets] = /^\[([^\]]+)\](?::\d{1,5})?$/.exec(text) ?? [];
  const [, withPort] = /^([\d.]+):\d{1,5}$/.exec(text) ?? [];
  const address = inBrackets ?? withPort ?? text;
  if (address.includes("%")) return undefined;
  switch (isIP(address)) {
    case 4:
      return address;
    case 6:
      return plainIpv6(address);
    default:
      return undefined;
  }
}

/** As RFC 5952 writes it; an IPv4 address in IPv6's form is the IPv4 address, also in hex. */
function plainIpv6(address: string): string {
  const plain = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const [, high, low] = /^::ffff:([\da-f]+):([\da-f]+)$/.exec(plain) ?? [];
  if (high === undefined || low === undefined) return plain;
  const bits = [high, low].map((group) => parseInt(group, 16));
  return bits.flatMap((group) => [group >> 8, group & 255]).join(".");
}

/**
 * Whom an address is counted as. IPv6 hands a whole /64 to one customer, so that is what is
 * counted (RFC 6177); an IPv4 address in IPv6's form is the IPv4 address.
 */
export function networkOf(ip: string): string {
  const plain = plainAddress(ip.split("%")[0] ?? "") ?? ip;
  if (!plain.includes(":")) return plain;
  const [head, tail] = plain.toLowerCase().split("::");
  const start = head ? head.split(":") : [];
  const end = tail ? tail.split(":") : [];
  const zeros = Array(Math.max(0, 8 - start.length - end.length)).fill("0");
  const groups = tail === undefined ? start : [...start, ...zeros, ...end];
  return `${groups.slice(0, 4).join(":")}::/64`;
}
