/** Who is at the other end of a connection, and whose word about it is taken. */
import { BlockList, isIP } from "node:net";
import { plainAddress } from "../../../realtime/common/network.ts";
import { type Env, malformed, readText } from "../../env.ts";

const LOOPBACK = ["127.0.0.0/8", "::1/128"];
/** Loopback, and the networks nobody outside can send from (RFC 1918, 3927, 4193, 4291, 6598). */
const OUR_OWN = [
  ...LOOPBACK,
  ...["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16"],
  ...["100.64.0.0/10", "fc00::/7", "fe80::/10"],
];

/** Addresses, as a list of networks. */
export interface Networks {
  has(address: string): boolean;
}

/** Addresses of which is remembered whether they are in a list: to look takes as long as a KV read. */
const REMEMBERED = 1_000;

/** @throws {Error} for a text that is no network. */
function networks(list: string[]): Networks {
  const known = new BlockList();
  for (const each of list) {
    const [address, bits, ...more] = each.split("/");
    const version = isIP(address);
    const most = version === 4 ? 32 : 128;
    const length = bits === undefined ? most : Number(bits);
    const isRight = version !== 0 && more.length === 0 &&
      (bits === undefined || /^\d{1,3}$/.test(bits)) && length <= most;
    if (!isRight) throw new Error(each);
    known.addSubnet(address, length, version === 4 ? "ipv4" : "ipv6");
  }
  const verdicts = new Map<string, boolean>();
  const look = (address: string): boolean =>
    known.check(address, isIP(address) === 4 ? "ipv4" : "ipv6");
  return {
    has(text) {
      const address = plainAddress(text);
      if (address === undefined) return false;
      if (verdicts.size >= REMEMBERED) verdicts.clear();
      return verdicts.getOrInsertComputed(address, look);
    },
  };
}

const loopback = networks(LOOPBACK);

/** Whether a connection comes from this machine. */
export const isLoopback = (address: string): boolean => loopback.has(address);

/**
 * The networks our own proxies are in; undefined: there are none, and nobody's word is taken.
 * @throws {ConfigError} naming TRUST_PROXY or TRUSTED_PROXIES.
 */
export function readTrustedProxies(env: Env): string[] | undefined {
  const text = readText(env, "TRUST_PROXY") ?? "0";
  if (text !== "0" && text !== "1") {
    throw malformed("TRUST_PROXY", "TRUST_PROXY must be 1 or 0.");
  }
  const list = (readText(env, "TRUSTED_PROXIES") ?? "").split(",")
    .map((each) => each.trim()).filter(Boolean);
  try {
    networks(list);
  } catch {
    throw malformed(
      "TRUSTED_PROXIES",
      "TRUSTED_PROXIES must be addresses or networks separated by commas, such as 10.0.0.0/8, 203.0.113.7.",
    );
  }
  if (text === "0") return undefined;
  return list.length > 0 ? list : OUR_OWN;
}

const known = new WeakMap<string[], Networks>();

/** Whether the peer is a proxy of our own. */
function isProxy(peer: string, trusted: string[] | undefined): boolean {
  if (trusted === undefined) return false;
  const list = known.get(trusted) ?? networks(trusted);
  known.set(trusted, list);
  return list.has(peer);
}

/** What only proxies write: they speak for somebody, also where they do not say for whom. */
const PASSED_ON = [
  ...["x-forwarded-for", "forwarded", "via", "x-real-ip"],
  ...["x-forwarded-host", "x-forwarded-proto", "cf-connecting-ip"],
];

/** Where a request comes from. */
export interface Origin {
  /** The address attempts are counted by. */
  ip: string;
  /** A proxy of our own passed it on: what it says of the request is believed. */
  byProxy: boolean;
  /** It comes from this machine, and nobody passed it on for somebody else. */
  fromHere: boolean;
}

/**
 * Where a request comes from. X-Forwarded-For is believed of our own proxies alone, and of it only
 * the last entry, which that proxy wrote: the others are the person's to make up.
 */
export function originOf(
  headers: Headers,
  info: Pick<Deno.ServeHandlerInfo, "remoteAddr"> | undefined,
  trusted: string[] | undefined,
): Origin {
  const remote = info?.remoteAddr;
  const peer = remote && "hostname" in remote ? remote.hostname : "unknown";
  const byProxy = isProxy(peer, trusted);
  const header = headers.get("x-forwarded-for");
  const last = plainAddress(
    header?.slice(-200).split(",").at(-1)?.trim() ?? "",
  );
  const ip = byProxy && last !== undefined ? last : plainAddress(peer) ?? peer;
  const fromHere = isLoopback(peer) &&
    (last === undefined
      ? !PASSED_ON.some((name) => headers.has(name))
      : isLoopback(last));
  return { ip, byProxy, fromHere };
}

/** The network of an address, which names no single person: for log lines. */
export function roughNetworkOf(address: string): string {
  const plain = plainAddress(address) ?? "";
  if (isIP(plain) === 4) {
    return `${plain.split(".").slice(0, 3).join(".")}.0/24`;
  }
  if (isIP(plain) !== 6) return "unknown";
  const [head, tail] = plain.split("::");
  const left = head ? head.split(":") : [];
  const right = tail ? tail.split(":") : [];
  const zeros = Array(Math.max(0, 8 - left.length - right.length)).fill("0");
  const groups = tail === undefined ? left : [...left, ...zeros, ...right];
  return `${groups.slice(0, 3).join(":")}::/48`;
}
