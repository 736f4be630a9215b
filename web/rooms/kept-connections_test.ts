import { assert, assertEquals, assertRejects } from "@std/assert";
import { joined } from "../../realtime/common/joined.ts";
import { within } from "../within.ts";
import { keptConnections, type KeptPost } from "./kept-connections.ts";
import { type KeptAnswer, Unreadable } from "./kept-head.ts";

Deno.test.sanitizer({ ops: true, resources: true });

const utf8 = new TextEncoder();

/** What a stand-in of a server does once it was asked. */
interface Reply {
  /** Without, it says nothing. */
  text?: string;
  /** In pieces of so many bytes. */
  slowly?: number;
  /** Afterwards it closes the connection. */
  closes?: true;
}

interface Asked {
  connection: number;
  head: string;
  body: string;
}

interface Stage {
  host: string;
  post: (post?: Partial<KeptPost>) => Promise<KeptAnswer>;
  asked: Asked[];
  /** For each connection, when it is closed. */
  ended: Promise<void>[];
}

/** The id of the request is put there as it is answered. */
const ECHO = "X-Request-Id: {id}\r\n";

function ok(body = "ok", more = ""): string {
  const { length } = utf8.encode(body);
  const headers = `${ECHO}${more}Content-Length: ${length}\r\n`;
  return `HTTP/1.1 200 OK\r\n${headers}\r\n${body}`;
}

const longHead = (size: number) => `X-Long: ${"x".repeat(size)}\r\n`;
const CHUNKED = "Transfer-Encoding: chunked\r\n";

/** The connections that posts came on, from 0, in the order of the posts. */
const ways = (asked: Asked[]) => asked.map(({ connection }) => connection);

async function* postsOn(socket: Deno.Conn) {
  let bytes = new Uint8Array();
  const buffer = new Uint8Array(65_536);
  for (;;) {
    const text = new TextDecoder("latin1").decode(bytes.subarray(0, 4_096));
    const start = text.indexOf("\r\n\r\n") + 4;
    const head = text.slice(0, start);
    const end = start + Number(/content-length: (\d+)/.exec(head)?.[1]);
    if (start > 3 && bytes.length >= end) {
      yield { head, body: new TextDecoder().decode(bytes.slice(start, end)) };
      bytes = bytes.slice(end);
    } else {
      const count = await socket.read(buffer).catch(() => null);
      if (!count) return;
      bytes = joined([bytes, buffer.slice(0, count)]);
    }
  }
}

async function say(
  socket: Deno.Conn,
  { text = "", slowly }: Reply,
  { head }: Pick<Asked, "head">,
) {
  const [, id] = /x-request-id: (.*)\r/.exec(head)!;
  const bytes = utf8.encode(text.replaceAll("{id}", id));
  for (let at = 0; at < bytes.length;) {
    at += await socket.write(bytes.subarray(at, slowly && at + slowly));
    // So that what it is written to reads it by itself.
    if (slowly) await new Promise((resolve) => setTimeout(resolve));
  }
}

/** Runs a test against a server that gives these replies in turn, and then says ok. */
async function against(
  replies: Reply[] | ((asked: Asked[]) => Promise<Reply>),
  test: (stage: Stage) => Promise<void>,
  listener = Deno.listen({ hostname: "127.0.0.1", port: 0 }),
) {
  const { hostname, port } = listener.addr as Deno.NetAddr;
  const host = `${hostname.includes(":") ? `[${hostname}]` : hostname}:${port}`;
  const asked: Asked[] = [];
  const ended: Promise<void>[] = [];
  const sockets: Deno.Conn[] = [];

  async function serve(socket: Deno.Conn, connection: number) {
    using _ = socket;
    for await (const post of postsOn(socket)) {
      const number = asked.push({ connection, ...post }) - 1;
      const reply = typeof replies === "function"
        ? await replies(asked)
        : replies[number] ?? { text: ok() };
      await say(socket, reply, post);
      if (reply.closes) return;
    }
  }
  const listening = (async () => {
    for await (const socket of listener) {
      ended.push(serve(socket, sockets.push(socket) - 1));
    }
  })();
  const kept = keptConnections(`http://${host}/base/`);
  assert(kept);
  const post: Stage["post"] = (given) =>
    kept({ path: "/", headers: {}, body: "", ms: 20_000, ...given });
  try {
    await within(30_000, (signal) => {
      const late = Promise.withResolvers<never>();
      signal.onabort = () => late.reject(signal.reason);
      const done = test({ host, post, asked, ended });
      return Promise.race([done, late.promise]);
    });
  } finally {
    listener.close();
    await listening;
    for (const socket of sockets) socket[Symbol.dispose]();
    await Promise.all(ended);
    // Those that wait are only closed when the next post sees that the server is away.
    await assertRejects(() => post(), Deno.errors.ConnectionRefused);
  }
}

/** Runs a test that sees one post fail, and the next be answered on a new connection. */
const failsOnce = (
  reply: Reply,
  error: new (message?: string) => Error,
  message?: string,
) =>
  against([{ text: ok("first") }, reply], async ({ post, asked, ended }) => {
    assertEquals((await post()).body, "first");
    await assertRejects(() => post(), error, message);
    await ended[0];
    assertEquals((await post()).body, "ok");
    assertEquals(ways(asked), [0, 0, 1]);
  });

Deno.test("one connection takes many posts, each as it was given", () =>
  against([], async ({ host, post, asked }) => {
    const headers = { "a": "b", "x-name": "y" };
    const bodies = { "{}": 2, "Grüße, 東京 🫖": 20, "": 0 };
    for (const [body, length] of Object.entries(bodies)) {
      const { status } = await post({ path: "/tea?a=1", headers, body });
      assertEquals(status, 200);
      const lines = [
        ...["POST /base/tea?a=1 HTTP/1.1", `host: ${host}`],
        ...["a: b", "x-name: y", `content-length: ${length}`, "", ""],
      ];
      assertEquals(asked.at(-1)?.body, body);
      const said = asked.at(-1)?.head.replace(/x-request-id: .*\r\n/, "");
      assertEquals(said?.split("\r\n"), lines);
    }
    assertEquals(ways(asked), [0, 0, 0]);
  }));

Deno.test("posts at a time have a connection each, and four of those stay", () => {
  let last = 0;
  let all = Promise.withResolvers<void>();
  const together = (asked: Asked[]) => {
    if (asked.length === last) all.resolve();
    return all.promise.then(() => ({ text: ok() }));
  };
  return against(together, async ({ post, asked, ended }) => {
    const posts = async (count: number) => {
      all = Promise.withResolvers();
      last = asked.length + count;
      await Promise.all(Array.from({ length: count }, () => post()));
      return new Set(ways(asked).slice(-count)).size;
    };
    assertEquals([await posts(2), ended.length], [2, 2]);
    assertEquals([await posts(5), ended.length], [5, 5]);
    await Promise.race(ended);
    assertEquals([await posts(5), ended.length], [5, 6]);
  });
});

const ends: Record<string, Reply> = {
  "that the server closed meanwhile": { text: ok("first"), closes: true },
  "of which the server said so": { text: ok("first", "Connection: close\r\n") },
};
for (const [which, reply] of Object.entries(ends)) {
  Deno.test(`a connection ${which} is replaced, and each post made once`, () =>
    against([reply], async ({ post, asked, ended }) => {
      assertEquals((await post({ body: "1" })).body, "first");
      await ended[0];
      assertEquals((await post({ body: "2" })).body, "ok");
      assertEquals(asked.map(({ body }) => body), ["1", "2"]);
      assertEquals(ways(asked), [0, 1]);
    }));
}

Deno.test("without an answer, what a kept connection took is posted once more, and what a new one took is not", () => {
  const none: Reply = { closes: true };
  return against(
    [none, { text: ok() }, none, none],
    async ({ post, asked }) => {
      await assertRejects(() => post(), Error, "Nothing came.");
      assertEquals(ways(asked), [0]);
      await post();
      await assertRejects(() => post(), Error, "Nothing came.");
      assertEquals(ways(asked), [0, 1, 1, 2]);
    },
  );
});

Deno.test("answers are read whole, however long they and their heads are, and in whatever pieces they come", () => {
  const long = "東".repeat(100_000);
  const replies = [
    { text: ok("東京 🫖"), slowly: 1 },
    { text: ok(long) },
    { text: ok("a", longHead(1_100)) },
    { text: ok("b", longHead(16_000)) },
    { text: ok(long, longHead(16_000)) },
    { text: ok("c", longHead(950)), slowly: 100 },
  ];
  return against(replies, async ({ post, asked }) => {
    for (const body of ["東京 🫖", long, "a", "b", long, "c"]) {
      assertEquals((await post()).body, body);
    }
    assertEquals(ways(asked), replies.map(() => 0));
  });
});

Deno.test("a body is written whole, however long it is", () =>
  against([], async ({ post, asked }) => {
    for (const size of [500_000, 6_000_000]) {
      const body = "0123456789".repeat(size / 10);
      await post({ body });
      assert(asked.pop()?.body === body);
    }
  }));

/** What only `fetch` may be able to read. */
const unreadable: Record<string, string> = {
  "a head of more than 16 kB": ok("", longHead(17_000)),
  "more than 8 MB": ok().replace(": 2", ": 8000001"),
  "HTTP/1.0": ok().replace("1.1", "1.0"),
  "a word before the answer": "HTTP/1.1 103 Early Hints\r\n\r\n" + ok(),
  "rubbish": "220 mail\r\n\r\n",
  "more than its length": ok() + "!",
  "an answer to something else": ok().replace("{id}", "another"),
  "an answer to who knows what": ok().replace(ECHO, ""),
  "no length": ok().replace("Content-Length: 2\r\n", ""),
  "chunks": `HTTP/1.1 200 OK\r\n${CHUNKED}\r\n2\r\nok\r\n0\r\n\r\n`,
  "a length of chunks": ok("0\r\n\r\n", CHUNKED),
};
for (const [what, text] of Object.entries(unreadable)) {
  Deno.test(`${what}: not read, and the connection is not used again`, () =>
    failsOnce({ text }, Unreadable));
}

for (const text of [ok().slice(0, 30), ok().slice(0, -1)]) {
  Deno.test(`only ${text.length} bytes of an answer are an error, and it is not asked again`, () =>
    failsOnce({ text, closes: true }, TypeError, "Only a part"));
}

Deno.test("what comes after an answer is not taken for the next one", () => {
  const text = ok("x".repeat(20_000)) + ok("not yours");
  return against([{ text }], async ({ post }) => {
    // Whether it is seen at once depends on how it arrives.
    await Promise.allSettled([post()]);
    const [next] = await Promise.allSettled([post()]);
    const body = next.status === "fulfilled" ? next.value.body : "ok";
    assertEquals(body, "ok");
    assertEquals((await post()).body, "ok");
  });
});

Deno.test("it is told after how long to ask again", () => {
  const text = ok("wait", "Retry-After: 7\r\n").replace("200 OK", "429 Wait");
  return against([{ text }], async ({ post }) => {
    assertEquals(await post(), { status: 429, retryAfter: "7", body: "wait" });
    assertEquals((await post()).retryAfter, undefined);
  });
});

for (const text of ["", ok().slice(0, -1)]) {
  Deno.test(`after ${text.length} bytes, what never comes is not waited for, and the connection not used again`, () =>
    against([{ text }], async ({ post, asked, ended }) => {
      await assertRejects(() => post({ ms: 200 }));
      await ended[0];
      assertEquals((await post()).body, "ok");
      assertEquals(ways(asked), [0, 1]);
    }));
}

Deno.test("a header with a line break is refused before anything is sent", () =>
  against([], async ({ post, asked, ended }) => {
    for (const value of ["a\r\nb: c", "a\nb: c", "a\rb", "a\0"]) {
      const headers = { "x-name": value };
      await assertRejects(() => post({ headers }), TypeError, "line break");
    }
    assertEquals([asked.length, ended.length], [0, 0]);
  }));

Deno.test("there are none to an address of https, nor through a proxy", () => {
  assertEquals(keptConnections("https://127.0.0.1"), undefined);
  for (const variable of ["HTTP_PROXY", "http_proxy"]) {
    const env = (proxy: string) => ({
      get: (name: string) => name === variable ? proxy : "",
    });
    const proxied = keptConnections("http://127.0.0.1", env("http://proxy:1"));
    assertEquals(proxied, undefined);
    assert(keptConnections("http://127.0.0.1", env("")));
  }
});

Deno.test("an address of IPv6 is asked as well", async () => {
  let listener;
  try {
    listener = Deno.listen({ hostname: "::1", port: 0 });
  } catch {
    return; // This machine has none.
  }
  await against([], async ({ host, post, asked }) => {
    assertEquals((await post()).body, "ok");
    assert(asked[0].head.includes(`\r\nhost: ${host}\r\n`));
  }, listener);
});
