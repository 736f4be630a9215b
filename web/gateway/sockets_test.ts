import { assert, assertEquals, assertRejects } from "@std/assert";
import { decodeJwt } from "jose";
import { FRAME_BYTES, WAITING_BYTES } from "./join.ts";
import { MOST, Places } from "./places.ts";
import {
  type Asked,
  closing,
  connect,
  handshake,
  startGate,
  statusOf,
  takingSockets,
} from "./testing.ts";

const next = (socket: WebSocket) =>
  new Promise<string | ArrayBuffer>((resolve) => {
    socket.addEventListener("message", ({ data }) => resolve(data), {
      once: true,
    });
  });

Deno.test("frames pass in both directions, in order, text as text and bytes as bytes", async () => {
  await using gate = await startGate(takingSockets((socket) => {
    socket.send("hello");
    socket.onmessage = ({ data }) => socket.send(data);
  }));
  const came: (string | ArrayBuffer)[] = [];
  const all = Promise.withResolvers<void>();
  const socket = await connect(`${gate.url}/realtime`, {}, [], (data) => {
    came.push(data);
    if (came.length === 102) all.resolve();
  });
  for (let n = 0; n < 100; n += 1) socket.send(`${n} ☕`);
  socket.send(new Uint8Array([1, 2, 3]));
  await all.promise;
  assertEquals(came.slice(0, 3), ["hello", "0 ☕", "1 ☕"]);
  assertEquals(
    came.slice(1, 101),
    Array.from({ length: 100 }, (_, n) => `${n} ☕`),
  );
  assertEquals(new Uint8Array(came[101] as ArrayBuffer).join(), "1,2,3");
  const closed = closing(socket);
  socket.close();
  await closed;
});

Deno.test("a service is told who asks and in which request, by web alone, and no secret of web's", async () => {
  const asked = Promise.withResolvers<Headers>();
  await using gate = await startGate(takingSockets((socket, { headers }) => {
    asked.resolve(headers);
    socket.close();
  }));
  const socket = await connect(`${gate.url}/realtime`, {
    "x-forwarded-for": "203.0.113.7",
    "x-web-token": "made-up",
    "x-request-id": "made-up-request",
    cookie: "chatsphere_session=secret",
  });
  const headers = await asked.promise;
  await closing(socket);
  assertEquals(headers.get("x-forwarded-for"), "127.0.0.1");
  assertEquals(headers.get("cookie"), null);
  assertEquals(headers.get("origin"), null);
  assert(/^[\w-]{36}$/.test(headers.get("x-request-id") ?? ""));
  const { scope, aud } = decodeJwt(headers.get("x-web-token") ?? "");
  assertEquals([scope, aud], ["service", "realtime"]);
});

Deno.test("behind a trusted proxy, the address it names is passed on", async () => {
  const asked = Promise.withResolvers<string | null>();
  const service = takingSockets((socket, { headers }) => {
    asked.resolve(headers.get("x-forwarded-for"));
    socket.close();
  });
  await using gate = await startGate(service, { env: { TRUST_PROXY: "1" } });
  const forwarded = { "x-forwarded-for": "9.9.9.9, 203.0.113.7" };
  await closing(await connect(`${gate.url}/realtime`, forwarded));
  assertEquals(await asked.promise, "203.0.113.7");
});

Deno.test("the transcriber gets language, token and subprotocol, and no token of web's", async () => {
  const asked = Promise.withResolvers<Asked>();
  await using gate = await startGate(takingSockets((socket, request) => {
    asked.resolve(request);
    socket.close(4401, "token-expired");
  }));
  const socket = await connect(
    `${gate.url}/transcriber/transcribe/live?language=de-DE`,
    { authorization: "Bearer b.c.d" },
    ["transcriber", "a.b.c"],
  );
  assertEquals(socket.protocol, "transcriber");
  const { url, headers } = await asked.promise;
  assertEquals(await closing(socket), [4401, "token-expired"]);
  const { pathname, search } = new URL(url);
  assertEquals(pathname + search, "/transcribe/live?language=de-DE");
  assertEquals(
    headers.get("sec-websocket-protocol")?.replace(" ", ""),
    "transcriber,a.b.c",
  );
  assertEquals(headers.get("authorization"), "Bearer b.c.d");
  assertEquals(headers.get("x-web-token"), null);
});

for (
  const [code, reason] of [
    ...[[1000, ""], [4000, "restarting"], [4008, "too slow"]],
    ...[[4401, "token-expired"], [4403, "removed"], [4429, "flooding"]],
    ...[[4499, "ä".repeat(61)], [1009, "too big"]],
  ] as [number, string][]
) {
  Deno.test(`${code} of a service reaches the client as it is`, async () => {
    await using gate = await startGate(
      takingSockets((socket) => socket.close(code, reason)),
    );
    const socket = await connect(`${gate.url}/realtime`);
    assertEquals(await closing(socket), [code, reason]);
  });
}

Deno.test("a service that closes without a code does so through web, too", async () => {
  await using gate = await startGate(
    takingSockets((socket) => socket.close()),
  );
  const [code] = await closing(await connect(`${gate.url}/realtime`));
  assertEquals(code, 1005);
});

/** Something that takes a socket and is then in the hands of a test. */
function rawService(then: (connection: Deno.TcpConn) => unknown) {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const accepted = (async () => {
    for await (const connection of listener) {
      const head = new Uint8Array(4_096);
      const length = await connection.read(head) ?? 0;
      const text = new TextDecoder().decode(head.subarray(0, length));
      const key = /sec-websocket-key: (.*)\r/i.exec(text)?.[1] ?? "";
      const digest = await crypto.subtle.digest(
        "SHA-1",
        new TextEncoder().encode(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`),
      );
      const accept = new Uint8Array(digest).toBase64();
      await connection.write(
        new TextEncoder().encode(
          `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
        ),
      );
      await then(connection);
    }
  })();
  const { port } = listener.addr as Deno.NetAddr;
  return {
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      listener.close();
      await accepted;
    },
  };
}

Deno.test("a service that breaks off is a reason to come back, not a final one", async () => {
  await using service = rawService((connection) => connection.close());
  await using gate = await startGate(service.url);
  const [code] = await closing(await connect(`${gate.url}/realtime`));
  assertEquals(code, 4000);
});

for (
  const [sent, seen] of [[1000, 1000], [4000, 4000], [undefined, 1005]] as const
) {
  Deno.test(`a client that closes with ${sent} closes the service's socket, too`, async () => {
    const closed = Promise.withResolvers<number>();
    await using gate = await startGate(takingSockets((socket) => {
      socket.onclose = ({ code }) => closed.resolve(code);
      socket.send("open");
    }));
    const socket = await connect(`${gate.url}/realtime`);
    const gone = closing(socket);
    socket.close(sent);
    assertEquals(await closed.promise, seen);
    await gone;
  });
}

Deno.test("a client that breaks off closes the service's socket", async () => {
  const closed = Promise.withResolvers<void>();
  await using gate = await startGate(takingSockets((socket) => {
    socket.onclose = () => closed.resolve();
  }));
  const { connection, status } = await handshake(`${gate.url}/realtime`);
  assertEquals(status, 101);
  connection.close();
  await closed.promise;
});

Deno.test("frames are bounded: what is too large ends both sockets, finally", async () => {
  const closed = Promise.withResolvers<void>();
  const sizes: number[] = [];
  await using gate = await startGate(takingSockets((socket) => {
    socket.onclose = () => closed.resolve();
    socket.onmessage = ({ data }) => {
      sizes.push(data.length);
      socket.send("got it");
    };
  }));
  const socket = await connect(`${gate.url}/realtime`);
  const answered = next(socket);
  socket.send("x".repeat(FRAME_BYTES));
  assertEquals(await answered, "got it");
  socket.send("x".repeat(FRAME_BYTES + 1));
  assertEquals(await closing(socket), [1009, "frame too large"]);
  await closed.promise;
  assertEquals(sizes, [FRAME_BYTES]);

  const live = await connect(`${gate.url}/transcriber/transcribe/live`);
  live.send(new Uint8Array(FRAME_BYTES + 1));
  assertEquals(await closing(live), [4413, "frame too large"]);
});

Deno.test("who reads too slowly is sent away to come back, and no more is kept for them than a bound", async () => {
  const FRAME = "x".repeat(10_000);
  let sent = 0;
  const stopped = Promise.withResolvers<void>();
  await using gate = await startGate(takingSockets((socket) => {
    const timer = setInterval(() => {
      if (socket.readyState !== WebSocket.OPEN) {
        clearInterval(timer);
        return stopped.resolve();
      }
      if (socket.bufferedAmount > 0) return;
      socket.send(FRAME);
      sent += FRAME.length;
    });
  }));
  const { connection, rest } = await handshake(`${gate.url}/realtime`);
  await stopped.promise;
  // What the operating system keeps on both ways comes on top of what web does.
  assert(sent < WAITING_BYTES + 12_000_000, `${sent} bytes`);
  let tail = rest;
  const bytes = new Uint8Array(65_536);
  for (;;) {
    const count = await connection.read(bytes);
    if (count === null) break;
    tail = new Uint8Array([...tail, ...bytes.subarray(0, count)].slice(-20));
    if (new TextDecoder().decode(tail).endsWith("too slow")) break;
  }
  // A close frame of ten bytes: 4008 in two, and its reason.
  assertEquals([...tail.slice(-12, -8)], [0x88, 10, 4008 >> 8, 4008 & 255]);
  connection.close();
});

Deno.test("a service that takes nothing more has its client come back later", async () => {
  const end = Promise.withResolvers<void>();
  await using service = rawService(async (connection) => {
    await end.promise;
    connection.close();
  });
  await using gate = await startGate(service.url);
  const socket = await connect(`${gate.url}/realtime`);
  const closed = closing(socket);
  const timer = setInterval(() => {
    if (socket.readyState !== WebSocket.OPEN) return clearInterval(timer);
    if (socket.bufferedAmount === 0) socket.send("x".repeat(100_000));
  });
  assertEquals(await closed, [4002, "busy"]);
  end.resolve();
});

Deno.test("who sends slowly is waited for", async () => {
  const got = Promise.withResolvers<string>();
  await using gate = await startGate(takingSockets((socket) => {
    socket.onmessage = ({ data }) => got.resolve(data);
  }));
  const { connection } = await handshake(`${gate.url}/realtime`);
  // "slow", masked with zeros, byte by byte.
  const frame = [0x81, 0x84, 0, 0, 0, 0, 0x73, 0x6c, 0x6f, 0x77];
  for (const byte of frame) {
    await connection.write(new Uint8Array([byte]));
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  assertEquals(await got.promise, "slow");
  connection.close();
});

Deno.test("where no service is, no socket comes about: 503", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  listener.close();
  await using gate = await startGate(`http://127.0.0.1:${port}`);
  assertEquals(await statusOf(`${gate.url}/realtime`), 503);
  const live = `${gate.url}/transcriber/transcribe/live`;
  assertEquals(await statusOf(live), 503);
});

Deno.test("a service that refuses a socket is passed on as 503", async () => {
  await using gate = await startGate(() => new Response("", { status: 401 }));
  const live = `${gate.url}/transcriber/transcribe/live`;
  assertEquals(await statusOf(live), 503);
});

Deno.test("only pages of ours get a socket, whatever name they came by; programs do, too", async () => {
  await using gate = await startGate(
    takingSockets((socket) => socket.close(4000)),
  );
  const { host, port } = new URL(gate.url);
  const status = (origin?: string, name = host) =>
    statusOf(`${gate.url}/realtime`, {
      host: name,
      ...(origin === undefined ? {} : { origin }),
    });
  assertEquals(await status(`http://${host}`), 101);
  assertEquals(
    await status(`http://chat.local:${port}`, `chat.local:${port}`),
    101,
  );
  // A tunnel that ends TLS.
  assertEquals(await status("https://abc.tunnel.test", "abc.tunnel.test"), 101);
  assertEquals(await status(gate.services.config.appUrl), 101);
  assertEquals(await status(undefined), 101);
  for (
    const origin of [
      "https://evil.example",
      `http://127.0.0.1:1`,
      `http://${host}.evil.example`,
      "null",
      "",
      `https://evil.example/${host}`,
    ]
  ) assertEquals(await status(origin), 403, origin);
  assertEquals(
    await statusOf(`${gate.url}/transcriber/transcribe/live`, {
      origin: "https://evil.example",
    }),
    403,
  );
});

Deno.test("/realtime is for sockets alone", async () => {
  await using gate = await startGate(() => new Response("inside"));
  const answer = await fetch(`${gate.url}/realtime`);
  assertEquals((await answer.json()).error.code, "websocket-only");
  assertEquals(answer.status, 426);
});

Deno.test("a service with an address of its own is not passed on", async () => {
  const env = {
    WS_URL: "wss://live.example.org",
    TRANSCRIBER_URL: "https://speech.example.org",
  };
  await using gate = await startGate(() => new Response("inside"), { env });
  for (const path of ["/realtime", "/transcriber/languages"]) {
    const answer = await fetch(gate.url + path);
    assertEquals(answer.status, 404, path);
    await answer.body?.cancel();
  }
});

Deno.test("sockets are counted, and each makes room when it is gone", async () => {
  const places = new Places({ ...MOST, network: 2 });
  await using gate = await startGate(takingSockets(() => {}), { places });
  const url = `${gate.url}/realtime`;
  const first = await connect(url);
  const second = await connect(url);
  assertEquals(await statusOf(url), 503);
  await assertRejects(() => connect(url));
  const closed = closing(first);
  first.close();
  await closed;
  const third = await connect(url);
  for (const socket of [second, third]) {
    const gone = closing(socket);
    socket.close();
    await gone;
  }
});

Deno.test("refused sockets take no room", async () => {
  const places = new Places({ ...MOST, network: 1 });
  const answer = () => new Response("", { status: 500 });
  await using gate = await startGate(answer, { places });
  for (let i = 0; i < 3; i += 1) {
    assertEquals(await statusOf(`${gate.url}/realtime`), 503);
  }
  assert(places.take(undefined, "127.0.0.1"));
});
