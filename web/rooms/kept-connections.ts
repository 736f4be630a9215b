/**
 * Posts over connections of HTTP/1.1 that are kept (RFC 9112), for what is posted most. `fetch` takes more
 * than twice as much of the processor for each, and writes nothing before all else is done that this
 * process has to do by then (bench/README.md).
 */
import { joined } from "../../realtime/common/joined.ts";
import { within } from "../within.ts";
import {
  type Head,
  headIn,
  type KeptAnswer,
  MOST_HEAD,
  Unreadable,
} from "./kept-head.ts";

/** Connections that wait for the next post; more are closed. */
const MOST_IDLE = 4;

/** It was closed before anything of an answer came: as one is that nobody used for a while. */
class Closed extends Error {
  override name = "Closed";
}

/** What is posted. */
export interface KeptPost {
  path: string;
  headers: Record<string, string>;
  /** Text of the media type that the headers name. */
  body: string;
  /** For so long it is waited for: milliseconds. */
  ms: number;
}

const utf8 = new TextEncoder();
const fromUtf8 = new TextDecoder();

/** Whole answers of one connection, one after the other. */
class Connection {
  readonly #buffer = new Uint8Array(MOST_HEAD);

  constructor(readonly socket: Deno.Conn) {}

  /** Sends the bytes of a request, and gives its answer, and whether a post may follow. */
  async exchange(
    { bytes, requestId }: { bytes: Uint8Array; requestId: string },
    ms: number,
  ): Promise<{ answer: KeptAnswer; isKept: boolean }> {
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      this.close();
    }, ms);
    try {
      await this.#write(bytes);
      return await this.#read(requestId);
    } catch (error) {
      throw isLate ? new DOMException("No answer.", "TimeoutError") : error;
    } finally {
      clearTimeout(timer);
    }
  }

  async #write(bytes: Uint8Array): Promise<void> {
    try {
      for (let at = 0; at < bytes.length;) {
        at += await this.socket.write(at ? bytes.subarray(at) : bytes);
      }
    } catch (cause) {
      throw new Closed("It takes no more.", { cause });
    }
  }

  async #read(
    requestId: string,
  ): Promise<{ answer: KeptAnswer; isKept: boolean }> {
    let buffer = this.#buffer;
    let size = 0;
    let head: Head | undefined;
    while (!head || size < head.end) {
      size += await this.#more(buffer, size);
      head ??= headIn(buffer.subarray(0, size));
      // One more byte shows whether more comes than the answer.
      if (head && head.end >= buffer.length) {
        const longer = new Uint8Array(head.end + 1);
        longer.set(buffer);
        buffer = longer;
      }
    }
    const { status, retryAfter, start, end, isKept } = head;
    if (size > end) throw new Unreadable("More came than the answer.");
    // Nothing else would tell it from one that came late, to what was posted before.
    if (head.requestId !== requestId) {
      throw new Unreadable("It is not told what it answers.");
    }
    const body = fromUtf8.decode(buffer.subarray(start, end));
    return { answer: { status, retryAfter, body }, isKept };
  }

  /** Reads what comes next, behind so many bytes: how much it was. */
  async #more(buffer: Uint8Array, size: number): Promise<number> {
    let count;
    try {
      count = await this.socket.read(buffer.subarray(size));
    } catch (cause) {
      if (size > 0) throw cause;
      throw new Closed("Nothing came.", { cause });
    }
    if (count) return count;
    if (size > 0) throw new TypeError("Only a part of the answer came.");
    throw new Closed("Nothing came.");
  }

  close(): void {
    try {
      this.socket.close();
    } catch {
      // It was closed when its time was over.
    }
  }
}

/** A post as a request of its own. */
function requestOf(host: string, path: string, post: KeptPost) {
  const requestId = crypto.randomUUID();
  const body = utf8.encode(post.body);
  const length = String(body.length);
  const ids = { "x-request-id": requestId, "content-length": length };
  const headers = { host, ...post.headers, ...ids };
  const lines = Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}`);
  const all = [`POST ${path} HTTP/1.1`, ...lines];
  // It would begin another header.
  if (all.some((line) => /[\r\n\0]/.test(line))) {
    throw new TypeError("There is a line break in a header.");
  }
  const head = utf8.encode(`${all.join("\r\n")}\r\n\r\n`);
  return { bytes: joined([head, body]), requestId };
}

/**
 * Posts texts to a server, over connections that are kept.
 *
 * One that was kept may have been closed meanwhile; what it was to take is posted again on a new one. So
 * that must do no more the second time than the first.
 *
 * @param address of the server, and the beginning of all paths there.
 * @param env says whether this machine asks others by a proxy, which `fetch` alone knows how to.
 * @returns undefined where it does, or where the server is asked by HTTPS. What it gives throws
 * {@link Unreadable}, and otherwise what sockets do.
 */
export function keptConnections(
  address: string,
  env: Pick<Deno.Env, "get"> = Deno.env,
): ((post: KeptPost) => Promise<KeptAnswer>) | undefined {
  const { protocol, hostname, port, host, pathname } = new URL(address);
  const isProxied = env.get("HTTP_PROXY") || env.get("http_proxy");
  if (protocol !== "http:" || isProxied) return undefined;
  const base = pathname.replace(/\/$/, "");
  const where = {
    hostname: hostname.replace(/^\[|\]$/g, ""),
    port: Number(port || 80),
  };
  const idle: Connection[] = [];

  const open = (ms: number): Promise<Connection> =>
    within(ms, async (signal) => {
      const socket = await Deno.connect({ ...where, signal });
      socket.setNoDelay(true);
      return new Connection(socket);
    });

  async function exchanged(
    connection: Connection,
    request: ReturnType<typeof requestOf>,
    ms: number,
  ): Promise<KeptAnswer> {
    try {
      const { answer, isKept } = await connection.exchange(request, ms);
      if (isKept && idle.length < MOST_IDLE) idle.push(connection);
      else connection.close();
      return answer;
    } catch (error) {
      connection.close();
      throw error;
    }
  }

  return async (post) => {
    const until = performance.now() + post.ms;
    const left = () => Math.max(0, until - performance.now());
    const request = requestOf(host, base + post.path, post);
    const kept = idle.pop();
    if (kept) {
      try {
        return await exchanged(kept, request, left());
      } catch (error) {
        if (!(error instanceof Closed)) throw error;
        // So were the others, then.
        for (const other of idle.splice(0)) other.close();
      }
    }
    return await exchanged(await open(left()), request, left());
  };
}
