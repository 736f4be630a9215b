import { assert, assertEquals } from "@std/assert";
import type { ServerFrame } from "../../../realtime/protocol.ts";
import { open } from "./slower.ts";

const TOKEN = `x.${btoa(JSON.stringify({ sub: "ada", exp: 2_000_000_000 }))}.x`;
const encoder = new TextEncoder();

/** Realtime as web passes it on, in the hands of a test. */
function startRealtime() {
  const asked: string[] = [];
  const answers: Record<string, () => Response> = {};
  let lines: ReadableStreamDefaultController<Uint8Array> | undefined;
  let sockets = false;
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    async (request) => {
      const { pathname, search } = new URL(request.url);
      if (request.headers.get("upgrade")) {
        asked.push("socket");
        return sockets
          ? Deno.upgradeWebSocket(request).response
          : new Response(null, { status: 400 });
      }
      const path = pathname.replace("/realtime", "") + search;
      asked.push(`${request.method} ${path} ${await request.text()}`.trim());
      const own = answers[`${request.method} ${pathname.split("/").at(-1)}`];
      if (own) return own();
      if (path.startsWith("/summaries")) {
        return Response.json({ rooms: { r: { read: 3 } } });
      }
      if (path.startsWith("/rooms/r/stream")) {
        return new Response(
          new ReadableStream<Uint8Array>({
            start(controller) {
              lines = controller;
              controller.enqueue(encoder.encode("\n"));
            },
          }),
        );
      }
      return Response.json({ epoch: "1", offset: 7, messages: [] });
    },
  );
  const origin = `http://127.0.0.1:${server.addr.port}`;
  return {
    ...{ asked, answers, origin },
    allowSockets: () => sockets = true,
    write: (text: string) => lines?.enqueue(encoder.encode(text)),
    endStream() {
      lines?.close();
      lines = undefined;
    },
    async [Symbol.asyncDispose]() {
      await server.shutdown();
    },
  };
}

/** A line, and what it says in order; a close is its code. */
function lineTo(origin: string, again = 1_000_000) {
  const url = origin.replace("http", "ws") + "/realtime";
  const line = open({ roomId: "r", url }, {
    origin,
    timing: { again, pause: 1 },
  });
  const said: (ServerFrame | number)[] = [];
  let wake = () => {};
  line.onmessage = ({ data }) => {
    said.push(JSON.parse(data));
    wake();
  };
  line.onclose = ({ code }) => {
    said.push(code);
    wake();
  };
  return {
    line,
    send: (frame: unknown) => line.send(JSON.stringify(frame)),
    async next() {
      while (said.length === 0) {
        await new Promise<void>((resolve) => wake = resolve);
      }
      return said.shift()!;
    },
    async [Symbol.asyncDispose]() {
      line.close();
      await new Promise((resolve) => setTimeout(resolve, 10));
    },
  };
}

const entry = (offset: number) => ({
  ...{ event: "new-message", roomId: "r", epoch: "1", offset },
});

const options = { sanitizeOps: false, sanitizeResources: false };

Deno.test(
  "over requests a room is joined, followed and written to as over a socket",
  options,
  async () => {
    await using realtime = startRealtime();
    await using to = lineTo(realtime.origin);
    assertEquals(to.line.note, "Connected over a slower line.");
    to.send({ event: "identify", token: TOKEN });
    assertEquals(await to.next(), {
      ...{ event: "identified", userId: "ada", expiresAt: 2e12 },
    });
    to.send({
      event: "join-room",
      roomId: "r",
      since: { epoch: "1", offset: 5 },
    });
    assertEquals(await to.next(), {
      ...{ event: "room-joined", roomId: "r", epoch: "1", offset: 5 },
      ...{ recovered: true, messages: [], entries: [], online: [], read: 3 },
    });
    while (!realtime.asked.includes("GET /rooms/r/stream?after=5")) {
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    // A line may come in parts.
    const text = JSON.stringify(entry(6));
    realtime.write(text.slice(0, 9));
    realtime.write(`${text.slice(9)}\n${JSON.stringify(entry(7))}\n`);
    assertEquals(
      [await to.next(), await to.next()],
      [entry(6), entry(7)] as never,
    );
    realtime.answers["POST messages"] = () =>
      Response.json({ id: "m", offset: 8, timestamp: 9 }, { status: 201 });
    const message = { clientId: "c", content: "Hello" };
    to.send({ event: "chat-message", roomId: "r", message });
    assertEquals(await to.next(), {
      ...{ event: "message-ack", clientId: "c", id: "m", roomId: "r" },
      ...{ offset: 8, timestamp: 9 },
    });
    assert(
      realtime.asked.includes(
        `POST /rooms/r/messages ${JSON.stringify(message)}`,
      ),
    );
    // Where the stream ends it goes on after the last entry.
    realtime.endStream();
    while (!realtime.asked.includes("GET /rooms/r/stream?after=7")) {
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  },
);

Deno.test(
  "what is refused is told of the message, and a token that ended of the whole",
  options,
  async () => {
    await using realtime = startRealtime();
    await using to = lineTo(realtime.origin);
    to.send({ event: "identify", token: TOKEN });
    await to.next();
    const message = { clientId: "c", content: "" };
    const send = async (status: number) => {
      realtime.answers["POST messages"] = () =>
        Response.json({ error: { code: "a-code", message: "Words." } }, {
          status,
        });
      to.send({ event: "chat-message", roomId: "r", message });
      return await to.next();
    };
    const told = {
      event: "error",
      code: "a-code",
      message: "Words.",
      ref: "c",
    };
    assertEquals(await send(422), { ...told, retryable: false } as never);
    assertEquals(await send(429), { ...told, retryable: true } as never);
    assertEquals(await send(503), { ...told, retryable: true } as never);
    assertEquals(await send(401), 4401);
  },
);

Deno.test(
  "whoever is no member is told so, and a server that is away is come back to",
  options,
  async () => {
    for (const [status, code] of [[404, 4403], [503, 1006], [401, 4401]]) {
      await using realtime = startRealtime();
      await using to = lineTo(realtime.origin);
      realtime.answers["GET messages"] = () =>
        Response.json({ error: {} }, { status });
      to.send({ event: "identify", token: TOKEN });
      await to.next();
      to.send({ event: "join-room", roomId: "r" });
      assertEquals(await to.next(), code);
    }
  },
);

Deno.test(
  "once a socket can be had again, the line gives way to it",
  options,
  async () => {
    await using realtime = startRealtime();
    await using to = lineTo(realtime.origin, 1);
    while (!realtime.asked.includes("socket")) {
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    realtime.allowSockets();
    assertEquals(await to.next(), 4000);
  },
);
