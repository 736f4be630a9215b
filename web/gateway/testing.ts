/** The gateway before services in the hands of a test. */
import { App } from "fresh";
import { readConfig } from "../config.ts";
import { withServices } from "../http/middleware/person.ts";
import { errorResponse } from "../errors.ts";
import type { Services } from "../services.ts";
import { createSigner } from "../tokens/signer.ts";
import type { State } from "../utils.ts";
import { gateway } from "./gateway.ts";
import type { Places } from "./places.ts";

type Answer = (request: Request) => Response | Promise<Response>;

export interface Gate extends AsyncDisposable {
  /** Where web listens. */
  url: string;
  services: Services;
}

/** Starts web's gateway before one service that stands for both, or before nothing. */
export async function startGate(
  answer: Answer | string,
  { places, requests, env }: {
    places?: Places;
    requests?: Places;
    env?: Record<string, string>;
  } = {},
): Promise<Gate> {
  const service = typeof answer === "string" ? undefined : Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    answer,
  );
  const inside = service
    ? `http://127.0.0.1:${service.addr.port}`
    : String(answer);
  const kv = await Deno.openKv(":memory:");
  const config = readConfig({
    REALTIME_INTERNAL_URL: inside,
    TRANSCRIBER_INTERNAL_URL: inside,
    ...env,
  });
  const signer = await createSigner(kv, { issuer: config.appUrl });
  const services = { config, kv, signer } as Services;
  const app = new App<State>()
    .use(withServices(() => Promise.resolve(services)))
    .use(async (ctx) => {
      try {
        return await ctx.next();
      } catch (error) {
        return errorResponse(error);
      }
    })
    .use(gateway(places, requests));
  const web = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    app.handler(),
  );
  return {
    url: `http://127.0.0.1:${web.addr.port}`,
    services,
    async [Symbol.asyncDispose]() {
      kv.close();
      await web.shutdown();
      await service?.shutdown();
    },
  };
}

/** What a service was asked. */
export interface Asked {
  url: string;
  headers: Headers;
}

/** A service that takes sockets, each handed to `onSocket` once it is open. */
export const takingSockets =
  (onSocket: (socket: WebSocket, request: Asked) => void): Answer =>
  (request) => {
    // After the upgrade the request cannot be read any more.
    const asked = { url: request.url, headers: new Headers(request.headers) };
    const [protocol] = request.headers.get("sec-websocket-protocol")
      ?.split(",") ?? [];
    const { socket, response } = Deno.upgradeWebSocket(request, { protocol });
    socket.binaryType = "arraybuffer";
    socket.onopen = () => onSocket(socket, asked);
    return response;
  };

/** A socket, open; with headers as Deno lets a program send them. */
export async function connect(
  url: string,
  headers: Record<string, string> = {},
  protocols: string[] = [],
  onFrame: (data: string | ArrayBuffer) => void = () => {},
): Promise<WebSocket> {
  const options = { headers, protocols } as unknown as string[];
  const socket = new WebSocket(url.replace(/^http/, "ws"), options);
  socket.binaryType = "arraybuffer";
  socket.onmessage = ({ data }) => onFrame(data);
  await new Promise((resolve, reject) => {
    socket.onopen = resolve;
    socket.onerror = () => reject(new Error("refused"));
  });
  return socket;
}

/** The code and reason a socket is closed with. */
export const closing = (socket: WebSocket) =>
  new Promise<[code: number, reason: string]>((resolve) => {
    socket.onclose = ({ code, reason }) => resolve([code, reason]);
  });

/** A handshake byte by byte, and the connection it was made on. */
export async function handshake(
  url: string,
  headers: Record<string, string> = {},
): Promise<{ status: number; connection: Deno.TcpConn; rest: Uint8Array }> {
  const { hostname, port, pathname, search, host } = new URL(url);
  const connection = await Deno.connect({ hostname, port: Number(port) });
  const all: Record<string, string> = {
    host,
    connection: "Upgrade",
    upgrade: "websocket",
    "sec-websocket-version": "13",
    "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
    ...headers,
  };
  const head = Object.entries(all).map((pair) => pair.join(": "));
  await connection.write(
    new TextEncoder().encode(
      [`GET ${pathname}${search} HTTP/1.1`, ...head, "", ""].join("\r\n"),
    ),
  );
  const bytes = new Uint8Array(4_096);
  const length = await connection.read(bytes) ?? 0;
  const text = new TextDecoder("latin1").decode(bytes.subarray(0, length));
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0);
  const end = text.indexOf("\r\n\r\n") + 4;
  return { status, connection, rest: bytes.slice(end, length) };
}

/** The status a handshake is answered with. */
export async function statusOf(
  url: string,
  headers?: Record<string, string>,
): Promise<number> {
  const { status, connection } = await handshake(url, headers);
  connection.close();
  return status;
}
