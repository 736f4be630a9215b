/** Who is at the other end of a connection, and whose word about it is taken. */
import { BlockList, isIP } from "node:net";
import { plainAddress } from "../../../realtime/common/network.ts";
import { requestIdOf } from "../../../realtime/common/request-id.ts";
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
  const all = new BlockList();
  for (const each of list) {
    const [address, bits, ...more] = each.split("/");
    const version = isIP(address);
    const most = version === 4 ? 32 : 128;
    const length = bits === undefined ? most : Number(bits);
    const isRight = version !== 0 && more.length === 0 &&
      (bits === undefined || /^\d{1,3}$/.test(bits)) && length <= most;
    if (!isRight) throw new Error(each);
    all.addSubnet(address, length, version === 4 ? "ipv4" : "ipv6");
  }
  const verdicts = new Map<string, boolean>();
  const look = (address: string): boolean =>
    all.check(address, isIP(address) === 4 ? "ipv4" : "ipv6");
  return {
    has(text) {
      const address = known(text).plain;
      if (address === undefined) return false;
      if (verdicts.size >= REMEMBERED) verdicts.clear();
      return verdicts.getOrInsertComputed(address, look);
    },
  };
}

/** What is asked of each address several times in each request. */
interface Known {
  /** See {@link plainAddress}. */
  plain?: string;
  isLoopback: boolean;
  network: string;
}

/** Addresses of which that is remembered: some 200 bytes each. */
const MOST_KNOWN = 10_000;
const addresses = new Map<string, Known>();
/** Characters of a header of which one is remembered: a part of a text keeps all of it in memory. */
const SHORT = 100;

function lookAt(text: string): Known {
  const plain = plainAddress(text);
  const isLoopback = plain !== undefined &&
    (plain.startsWith("127.") || plain === "::1");
  return { plain, isLoopback, network: networkIn(plain) };
}

function known(text: string): Known {
  const before = addresses.get(text);
  if (before) return before;
  if (addresses.size >= MOST_KNOWN) addresses.clear();
  const made = lookAt(text);
  if (text.length <= SHORT) addresses.set(text, made);
  return made;
}

/** Whether a connection comes from this machine. */
export const isLoopback = (address: string): boolean =>
  known(address).isLoopback;

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

const lists = new WeakMap<string[], Networks>();

/** Whether the peer is a proxy of our own. */
function isProxy(peer: string, trusted: string[] | undefined): boolean {
  if (trusted === undefined) return false;
  const list = lists.getOrInsertComputed(trusted, networks);
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

/** The last address of a list. */
function lastIn(header: string): Known {
  const end = header.slice(-200);
  const text = end.slice(end.lastIndexOf(",") + 1).trim();
  return header.length > SHORT ? lookAt(text) : known(text);
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
  const last = header === null ? undefined : lastIn(header).plain;
  const ip = byProxy && last !== undefined ? last : known(peer).plain ?? peer;
  const fromHere = isLoopback(peer) &&
    (last === undefined
      ? PASSED_ON.every((name) => headers.get(name) === null)
      : isLoopback(last));
  return { ip, byProxy, fromHere };
}

/** The id of a request: what a proxy of our own gave it, or a new one. */
export const idOf = (
  headers: Headers,
  { byProxy }: Pick<Origin, "byProxy">,
): string => byProxy ? requestIdOf(headers) : crypto.randomUUID();

/** The network of an address, which names no single person: for log lines. */
export const roughNetworkOf = (address: string): string =>
  known(address).network;

function networkIn(plain: string | undefined): string {
  if (plain === undefined) return "unknown";
  if (!plain.includes(":")) {
    return `${plain.slice(0, plain.lastIndexOf("."))}.0/24`;
  }
  const [head, tail] = plain.split("::");
  const left = head ? head.split(":") : [];
  const right = tail ? tail.split(":") : [];
  const zeros = Array(Math.max(0, 8 - left.length - right.length)).fill("0");
  const groups = tail === undefined ? left : [...left, ...zeros, ...right];
  return `${groups.slice(0, 3).join(":")}::/48`;
}
