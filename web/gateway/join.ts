import { closeClient, closeService } from "./close-codes.ts";

/** Seconds between pings to a client; who does not answer one by the next is gone. */
const PING_SECONDS = 20;

/** Milliseconds a service has to take a socket. */
const OPENING_MS = 5_000;

/** What passes in one frame: the most either service reads of one. */
export const FRAME_BYTES = 131_072;

/**
 * Bytes that may wait for a reader. There is no other way to see that it is slow: sockets cannot
 * be told to wait.
 */
export const WAITING_BYTES = 1_048_576;

/** What is said when one of the two cannot go on. */
export interface Ends {
  /** The client reads too slowly; it comes back and recovers. */
  tooSlow: number;
  /** The service takes too little; trying again later makes sense. */
  busy: number;
  /** The client sent a frame that is too large; it would do so again. */
  tooLarge: number;
}

type Data = string | ArrayBuffer;

const sizeOf = (data: Data): number =>
  typeof data === "string" ? data.length : data.byteLength;

/** A socket to a service, and what the service said before anybody listened. */
export interface Opened {
  socket: WebSocket;
  early: Data[];
  closed?: { code: number; reason: string };
}

/**
 * A socket to a service.
 *
 * @throws {Error} when it does not open within 5 s, or the signal is aborted before.
 */
export function openService(
  url: URL,
  options: { protocols: string[]; headers: Headers },
  signal: AbortSignal,
): Promise<Opened> {
  // Browsers cannot name headers; Deno can.
  const socket = new WebSocket(url, options as unknown as string[]);
  socket.binaryType = "arraybuffer";
  const opened: Opened = { socket, early: [] };
  const { promise, resolve, reject } = Promise.withResolvers<Opened>();
  const giveUp = () => {
    reject(new Error("The service did not take the socket."));
    closeService(socket, 1000);
  };
  const timer = setTimeout(giveUp, OPENING_MS);
  signal.addEventListener("abort", giveUp);
  // The first frames may come with the answer to the handshake.
  socket.onmessage = ({ data }) => opened.early.push(data);
  socket.onopen = () => resolve(opened);
  socket.onerror = giveUp;
  socket.onclose = ({ code, reason }) => {
    opened.closed = { code, reason };
    giveUp();
  };
  return promise.finally(() => {
    clearTimeout(timer);
    signal.removeEventListener("abort", giveUp);
  });
}

/** Two sockets that are one to whoever is at their ends. */
export interface Joined {
  response: Response;
  /** The client's socket is gone, with all that waited for it. */
  closed: Promise<void>;
  /** Sends the client away with a code. */
  end(code: number, reason: string): void;
}

/**
 * Answers an upgrade with a socket whose frames go to the service and come from it, in order. What
 * ends one ends the other, with the same code.
 */
export function join(
  request: Request,
  { socket: service, early, closed: gone }: Opened,
  ends: Ends,
): Joined {
  const { socket: client, response } = Deno.upgradeWebSocket(request, {
    idleTimeout: PING_SECONDS,
    protocol: service.protocol || undefined,
  });
  client.binaryType = "arraybuffer";
  const closed = Promise.withResolvers<void>();
  let isEarly = true;
  /** Why the client's socket has to close, once it is open. */
  let over = gone;

  function end(code: number, reason: string) {
    leave({ code, reason });
    closeService(service, 1000);
  }

  function leave(why: { code: number; reason: string }) {
    over ??= why;
    if (!isEarly) closeClient(client, why.code, why.reason);
  }

  function toClient(data: Data) {
    if (isEarly) {
      early.push(data);
      const bytes = early.reduce((sum, each) => sum + sizeOf(each), 0);
      if (bytes > WAITING_BYTES) end(ends.tooSlow, "too slow");
      return;
    }
    if (client.readyState !== WebSocket.OPEN) return;
    // A frame may be larger than what may wait: only those behind it are too many.
    if (client.bufferedAmount > WAITING_BYTES) end(ends.tooSlow, "too slow");
    else client.send(data);
  }

  function toService(data: Data) {
    if (service.readyState !== WebSocket.OPEN) return;
    if (sizeOf(data) > FRAME_BYTES) end(ends.tooLarge, "frame too large");
    else if (service.bufferedAmount > WAITING_BYTES) end(ends.busy, "busy");
    else service.send(data);
  }

  service.onmessage = ({ data }) => toClient(data);
  service.onclose = leave;
  service.onerror = null;
  client.onopen = () => {
    isEarly = false;
    early.splice(0).forEach(toClient);
    if (over) closeClient(client, over.code, over.reason);
  };
  client.onmessage = ({ data }) => toService(data);
  client.onclose = ({ code, reason }) => {
    closeService(service, code, reason);
    closed.resolve();
  };
  return { response, closed: closed.promise, end };
}
