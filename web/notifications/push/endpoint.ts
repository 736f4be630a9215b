/**
 * Which addresses are posted to. A browser says where its push service is, and so could anyone: what
 * is not https at a public address is refused, lest we post to our own network. A name that leads
 * elsewhere by the time of the request meets TLS, which wants a certificate of that name.
 */
import { AppError } from "../../errors.ts";

/** Looks a name up. @throws where it cannot be. */
export type Resolve = (
  host: string,
  kind: "A" | "AAAA",
) => Promise<string[]>;

/** Networks that are nobody's, or not for everybody (RFC 6890, RFC 5771). */
const PRIVATE: [network: string, bits: number][] = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 3],
];

const numberOf = (ip: string): number =>
  ip.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);

/** Whether an address is one of the public internet. */
export function isPublic(ip: string): boolean {
  if (/^\d+\.\d+\.\d+\.\d+$/.test(ip)) {
    const number = numberOf(ip);
    return !PRIVATE.some(([network, bits]) => {
      const size = 2 ** (32 - bits);
      return Math.floor(number / size) === Math.floor(numberOf(network) / size);
    });
  }
  // 2000::/3 is what is given out; of that, documentation, 6to4 and Teredo may lead inside.
  const [first = "", second = ""] = ip.toLowerCase().split(":");
  const word = Number.parseInt(first, 16);
  if (!(word >= 0x2000 && word <= 0x3fff) || word === 0x2002) return false;
  const next = Number.parseInt(second || "0", 16);
  return !(word === 0x2001 && (next === 0 || next === 0xdb8));
}

const refused = () =>
  new AppError({
    code: "push-endpoint",
    status: 422,
    message: "This browser’s push service cannot be reached from here.",
  });

/** Checks an endpoint. @throws {AppError} `push-endpoint` (422) */
export type CheckEndpoint = (endpoint: string) => Promise<void>;

/** {@link CheckEndpoint} by the names of the internet. */
export function publicEndpoint(
  resolve: Resolve = (host, kind) => Deno.resolveDns(host, kind),
): CheckEndpoint {
  return async (endpoint) => {
    const url = URL.parse(endpoint);
    const isPlain = url?.protocol === "https:" && url.port === "" &&
      url.username === "" && url.password === "" && endpoint.length <= 1_000;
    if (!isPlain) throw refused();
    const host = url.hostname.replace(/^\[|\]$/g, "");
    const isAddress = host.includes(":") || /^[\d.]+$/.test(host);
    const found = isAddress ? [[host]] : await Promise.all(
      (["A", "AAAA"] as const).map((kind) =>
        resolve(host, kind).catch((): string[] => [])
      ),
    );
    const addresses = found.flat();
    if (addresses.length === 0 || !addresses.every(isPublic)) throw refused();
  };
}
