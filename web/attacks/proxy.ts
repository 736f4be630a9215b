/** A proxy before each of the three services, which changes what passes. */
import { openSocket } from "./wire.ts";
import type { Addresses, Weakened, World } from "./world.ts";

export type Frame = Record<string, unknown>;
type Awaitable<T> = T | Promise<T>;
export type ServiceName = "web" | "realtime" | "transcriber";

/** What is changed; what is not named passes as it is. */
export interface Change {
  /** A response ends it here. */
  request?(
    service: ServiceName,
    request: Request,
    path: string,
  ): Awaitable<Request | Response>;
  response?(answer: Response): Awaitable<Response>;
  /** Of pages. */
  text?(text: string): string;
  fromClient?(
    service: "realtime" | "transcriber",
    frame: Frame,
  ): Awaitable<Frame>;
  fromServer?(frame: Frame): Frame;
  /** The first frame to realtime, before any of the client's. */
  opening?(): Awaitable<Frame>;
  /** Frames are answered so, and never reach the service. */
  answered?(frame: Frame): Frame;
}

/** Starts it; the addresses of the world it gives lead through it. */
export function between(
  world: World,
  change: Change,
  hostname = "127.0.0.1",
): Weakened {
  const proxies = [proxied(world, change, hostname)];
  const [{ addresses }] = proxies;
  return {
    world: {
      ...{ ...world, ...addresses },
      async strict() {
        const strict = await world.strict();
        const proxy = proxied(strict, change, hostname);
        proxies.push(proxy);
        return { ...strict, ...proxy.addresses };
      },
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(proxies.map((proxy) => proxy.end()));
    },
  };
}

/** A proxy before each service of one server. */
function proxied(to: Addresses, change: Change, hostname: string) {
  const servers = (["web", "realtime", "transcriber"] as const).map((name) =>
    serve(name, to[name], change, hostname)
  );
  const [web, realtime, transcriber] = servers.map(({ addr }) =>
    `http://${addr.hostname.replace("127.0.0.1", "localhost")}:${addr.port}`
  );
  return {
    addresses: { web, realtime, transcriber },
    async end() {
      // Live pages and sockets never end by themselves.
      servers.forEach(({ stop }) => stop());
      await Promise.all(servers.map(({ finished }) => finished));
    },
  };
}

function serve(
  name: ServiceName,
  target: string,
  change: Change,
  hostname: string,
) {
  const gone = new AbortController();
  const options = { port: 0, hostname, signal: gone.signal };
  const server = Deno.serve(
    {
      ...options,
      onListen() {},
      onError: () => new Response(null, { status: 502 }),
    },
    (request) =>
      request.headers.get("upgrade")?.toLowerCase() === "websocket"
        ? socket(name, target, request, change)
        : pass(name, target, request, change),
  );
  const stop = () => gone.abort();
  return { addr: server.addr, finished: server.finished, stop };
}

async function pass(
  name: ServiceName,
  target: string,
  asked: Request,
  change: Change,
): Promise<Response> {
  const { pathname, search } = new URL(asked.url);
  const headers = new Headers(asked.headers);
  headers.delete("host");
  headers.delete("content-length");
  const body = asked.body ? await asked.arrayBuffer() : undefined;
  const { method } = asked;
  const copy = new Request(target + pathname + search, {
    ...{ method, headers, body },
    redirect: "manual",
  });
  const changed = await change.request?.(name, copy, pathname) ?? copy;
  if (changed instanceof Response) return changed;
  return await answerOf(await fetch(changed), change);
}

async function answerOf(given: Response, change: Change): Promise<Response> {
  const headers = new Headers(given.headers);
  for (const name of ["content-encoding", "content-length"]) {
    headers.delete(name);
  }
  const { text } = change;
  const isPage = headers.get("content-type")?.startsWith("text/html");
  const body = text && isPage && given.body
    ? given.body.pipeThrough(new TextDecoderStream())
      .pipeThrough(
        new TransformStream<string, string>({
          transform: (chunk, out) => out.enqueue(text(chunk)),
        }),
      )
      .pipeThrough(new TextEncoderStream())
    : given.body;
  const answer = new Response(body, { status: given.status, headers });
  return await change.response?.(answer) ?? answer;
}

async function socket(
  name: ServiceName,
  target: string,
  request: Request,
  change: Change,
): Promise<Response> {
  const { pathname } = new URL(request.url);
  const headers = new Headers();
  for (const key of ["origin", "cookie"]) {
    const value = request.headers.get(key);
    if (value !== null) headers.set(key, value);
  }
  const copy = new Request(target + pathname, { headers });
  const changed = await change.request?.(name, copy, pathname) ?? copy;
  const { socket: client, response } = Deno.upgradeWebSocket(request);
  if (changed instanceof Response) {
    client.onmessage = ({ data }) => {
      const done = change.answered?.(framed(data));
      if (done) client.send(JSON.stringify(done));
    };
    return response;
  }
  const service = name === "transcriber" ? name : "realtime";
  const origin = changed.headers.get("origin");
  const server = openSocket(
    target.replace("http", "ws") + pathname,
    origin === null ? {} : { origin },
  );
  server.binaryType = "arraybuffer";
  // Frames keep their order, however long one takes to change.
  let last = new Promise<void>((resolve, reject) => {
    server.onopen = () => resolve();
    server.onerror = () => reject(new Error("The service refused a socket."));
  });
  if (name === "realtime" && change.opening) {
    const { opening } = change;
    last = last.then(async () => server.send(JSON.stringify(await opening())));
  }
  client.onmessage = ({ data }) => {
    last = last.then(async () => {
      if (typeof data !== "string" || !change.fromClient) {
        return server.send(data);
      }
      const frame = await change.fromClient(service, framed(data));
      server.send(JSON.stringify(frame));
    });
    last.catch(() => client.close());
  };
  last.catch(() => client.readyState < WebSocket.CLOSING && client.close());
  server.onmessage = ({ data }) => {
    if (client.readyState !== WebSocket.OPEN) return;
    client.send(
      typeof data === "string" && change.fromServer
        ? JSON.stringify(change.fromServer(framed(data)))
        : data,
    );
  };
  server.onclose = ({ code }) => {
    if (client.readyState === WebSocket.OPEN) {
      client.close(code >= 3000 || code === 1000 ? code : 4002);
    }
  };
  client.onclose = () => server.close();
  return response;
}

function framed(data: unknown): Frame {
  try {
    return JSON.parse(String(data));
  } catch {
    // No frame: an attack may send anything.
    return {};
  }
}
