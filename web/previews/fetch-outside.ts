import { type IncomingMessage, request as plainRequest } from "node:http";
import { request as secureRequest } from "node:https";
import { isIP } from "node:net";
import { openAddresses, type Outside } from "./outside.ts";

/** What may not be asked for, or did not answer as it should. It says nothing to anybody. */
export class OutsideError extends Error {
  override name = "OutsideError";
}

export interface Fetched {
  url: URL;
  /** The media type it says it is, with its charset. */
  type: string;
  bytes: Uint8Array;
}

export interface How {
  /** The media types that are asked for, and what they begin with. */
  accept: string;
  isWanted(type: string): boolean;
  /** So many bytes are read, and no more; with `whole` more are refused. */
  most: number;
  whole?: boolean;
  /** Ends it, wherever it is. */
  signal: AbortSignal;
}

const REDIRECTS = 3;
const HEADER_BYTES = 16_384;

/**
 * Gets a page or a picture of somebody else's server, who knows nothing of who asks. Each address on
 * the way is looked up, checked, and then connected to as it was checked: a name that means another
 * machine a moment later leads nowhere else.
 *
 * @throws {OutsideError} when it may not be asked for, or is not what is wanted.
 * @throws what the network throws.
 */
export async function fetchOutside(
  outside: Outside,
  start: URL,
  how: How,
): Promise<Fetched> {
  let url = start;
  for (let hops = 0; hops <= REDIRECTS; hops++) {
    const answer = await ask(outside, url, how);
    try {
      const { statusCode = 0, headers } = answer;
      const { location } = headers;
      if (statusCode >= 300 && statusCode < 400 && location) {
        url = new URL(location, url);
        continue;
      }
      const type = headers["content-type"] ?? "";
      if (statusCode !== 200) throw new OutsideError("It is not there.");
      if (!how.isWanted(type.toLowerCase())) {
        throw new OutsideError("It is something else.");
      }
      // Nothing is unpacked: a few bytes could become very many.
      if (!/^(identity)?$/i.test(headers["content-encoding"] ?? "")) {
        throw new OutsideError("It is packed.");
      }
      return { url, type, bytes: await firstOf(answer, how) };
    } finally {
      answer.destroy();
    }
  }
  throw new OutsideError("It leads on and on.");
}

async function ask(
  outside: Outside,
  url: URL,
  { accept, signal }: How,
): Promise<IncomingMessage> {
  const isSecure = url.protocol === "https:";
  if (!isSecure && url.protocol !== "http:" || url.username || url.password) {
    throw new OutsideError("It is no page of the web.");
  }
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const [address] = await ended(openAddresses(outside, url), signal);
  if (!address) throw new OutsideError("It is not on the Internet.");
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const request = (isSecure ? secureRequest : plainRequest)({
    host: address,
    port: url.port || (isSecure ? 443 : 80),
    path: url.pathname + url.search,
    headers: {
      host: url.host,
      accept,
      "accept-encoding": "identity",
      "user-agent": "ChatSphere (previews of links)",
      connection: "close",
    },
    agent: false,
    maxHeaderSize: HEADER_BYTES,
    ...(isSecure && { ca: outside.ca }),
    ...(isSecure && !isIP(host) && { servername: host }),
  }, resolve);
  request.on("error", reject);
  const stop = () => {
    reject(new OutsideError("It took too long."));
    request.destroy();
  };
  signal.addEventListener("abort", stop, { once: true });
  if (signal.aborted) stop();
  request.end();
  return await promise;
}

/** As many of its bytes as are wanted. */
async function firstOf(
  answer: IncomingMessage,
  { most, whole, signal }: How,
): Promise<Uint8Array> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  const all = (async () => {
    for await (const chunk of answer) {
      size += chunk.length;
      if (size > most && whole) throw new OutsideError("It is too large.");
      chunks.push(new Uint8Array(chunk));
      if (size >= most) return;
    }
  })();
  await ended(all, signal);
  return (await new Blob(chunks).bytes()).subarray(0, most);
}

/** What comes of it, unless it takes too long. */
async function ended<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const stop = () => reject(new OutsideError("It took too long."));
  signal.addEventListener("abort", stop, { once: true });
  if (signal.aborted) stop();
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener("abort", stop);
    // Whichever came second interests nobody.
    work.catch(() => {});
  }
}
