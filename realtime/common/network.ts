/**
 * Whom an address is counted as. IPv6 hands a whole /64 to one customer, so that is what is
 * counted (RFC 6177); an IPv4 address in IPv6's form is the IPv4 address.
 */
export function networkOf(ip: string): string {
  if (!ip.includes(":")) return ip;
  const mapped = ip.match(/^::ffff:(\d+\.\d+\.\d+\.\d+)$/i);
  if (mapped?.[1]) return mapped[1];
  const [head, tail] = (ip.toLowerCase().split("%")[0] ?? "").split("::");
  const start = head ? head.split(":") : [];
  const end = tail ? tail.split(":") : [];
  const zeros = Array(Math.max(0, 8 - start.length - end.length)).fill("0");
  const groups = tail === undefined ? start : [...start, ...zeros, ...end];
  return groups.slice(0, 4).map((group) => group.replace(/^0+(?=.)/, ""))
    .join(":") + "::/64";
}
