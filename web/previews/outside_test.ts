import { assert, assertEquals, assertRejects } from "@std/assert";
import { fetchOutside, type How, OutsideError } from "./fetch-outside.ts";
import { internet, isPublic, type Outside } from "./outside.ts";

const how = (more: Partial<How> = {}): How => ({
  accept: "text/html",
  isWanted: (type) => type.startsWith("text/html"),
  most: 1_000,
  signal: AbortSignal.timeout(60_000),
  ...more,
});

/** A server of this machine that a name leads to, and nothing else. */
async function withServer(
  answer: (request: Request) => Response | Promise<Response>,
  work: (at: {
    outside: Outside;
    get(path: string, more?: Partial<How>): ReturnType<typeof fetchOutside>;
    port: number;
    asked: string[];
  }) => Promise<void>,
) {
  const asked: string[] = [];
  const ended = new AbortController();
  const server = Deno.serve({
    port: 0,
    hostname: "127.0.0.1",
    onListen() {},
    signal: ended.signal,
  }, (request) => {
    const { pathname } = new URL(request.url);
    asked.push(`${request.headers.get("host")}${pathname}`);
    return answer(request);
  });
  const { port } = server.addr;
  const outside: Outside = {
    addressesOf: (host) =>
      Promise.resolve(host.endsWith(".near") ? ["10.0.0.1"] : ["127.0.0.1"]),
    // The one server stands for the Internet; all else is as it is.
    isOpen: (address, to) =>
      address === "127.0.0.1" && to === port || internet.isOpen(address, to),
  };
  const get = (path: string, more?: Partial<How>) =>
    fetchOutside(outside, new URL(path, `http://page.test:${port}`), how(more));
  try {
    await work({ outside, get, port, asked });
  } finally {
    ended.abort();
    await server.finished;
  }
}

const html = (text: string) =>
  new Response(text, { headers: { "content-type": "text/html" } });

Deno.test("only addresses on the Internet are public", () => {
  for (
    const address of [
      ...["1.1.1.1", "93.184.216.34", "172.15.0.1", "192.169.0.1"],
      "2606:4700::1111",
    ]
  ) {
    assert(isPublic(address), address);
  }
  for (
    const address of [
      ...["127.0.0.1", "127.9.9.9", "0.0.0.0", "10.0.0.1", "172.16.0.1"],
      ...["172.31.255.255", "2001::1"],
      ...["192.168.1.1", "169.254.169.254", "100.64.0.1", "100.100.100.200"],
      ...["192.0.0.192", "198.18.0.1", "224.0.0.1", "255.255.255.255"],
      ...["240.0.0.1", "168.63.129.16", "192.0.2.1", "203.0.113.1"],
      ...["::1", "::", "fe80::1", "fc00::1", "fd00:ec2::254", "ff02::1"],
      ...["::ffff:127.0.0.1", "::ffff:7f00:1", "::ffff:a9fe:a9fe"],
      ...["::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe"],
      ...["2002:7f00:1::", "2001:0:7f00:1::", "2001:db8::1", "fec0::1"],
      ...["", "localhost", "1.1.1", "2130706433", "0x7f000001", "fe80::1%lo"],
    ]
  ) {
    assert(!isPublic(address), address);
  }
});

Deno.test("nothing but the ports of the web is open", () => {
  assert(internet.isOpen("1.1.1.1", 443));
  assert(internet.isOpen("1.1.1.1", 80));
  for (const port of [22, 25, 6379, 8080, 0]) {
    assert(!internet.isOpen("1.1.1.1", port));
  }
});

Deno.test("addresses of this machine and its network are refused, however they are written", async () => {
  for (
    const address of [
      "http://localhost/",
      "http://127.0.0.1/",
      "http://127.1/",
      "http://2130706433/",
      "http://0x7f000001/",
      "http://0177.0.0.1/",
      "http://[::1]/",
      "http://[::ffff:127.0.0.1]/",
      "http://[::ffff:7f00:1]/",
      "http://[64:ff9b::7f00:1]/",
      "http://169.254.169.254/latest/meta-data/",
      "http://[fd00:ec2::254]/",
      "http://1.1.1.1:22/",
      "http://u:p@1.1.1.1/",
      "ftp://1.1.1.1/",
      "file:///etc/passwd",
    ]
  ) {
    await assertRejects(
      () => fetchOutside(internet, new URL(address), how()),
      OutsideError,
      undefined,
      address,
    );
  }
});

Deno.test("a name that leads near is refused, also beside one that does not", async () => {
  for (const addresses of [["10.0.0.1"], ["1.1.1.1", "10.0.0.1"], []]) {
    const outside = {
      ...internet,
      addressesOf: () => Promise.resolve(addresses),
    };
    await assertRejects(
      () => fetchOutside(outside, new URL("http://a.test/"), how()),
      OutsideError,
    );
  }
});

Deno.test("a name is looked up once, and connected to as it was checked", async () => {
  await withServer(() => html("here"), async ({ outside, port, asked }) => {
    let looks = 0;
    const turning: Outside = {
      ...outside,
      addressesOf: () =>
        Promise.resolve([looks++ === 0 ? "127.0.0.1" : "10.0.0.1"]),
    };
    const url = new URL(`http://turning.test:${port}/a?b`);
    const { bytes } = await fetchOutside(turning, url, how());
    assertEquals(new TextDecoder().decode(bytes), "here");
    assertEquals(looks, 1);
    assertEquals(asked, [`turning.test:${port}/a`]);
  });
});

Deno.test("redirects are followed as far as each is on the Internet", async () => {
  await withServer((request) => {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname === "/end") return html("end");
    const to = searchParams.get("to") ?? "/loop?to=/loop";
    return new Response(null, { status: 302, headers: { location: to } });
  }, async ({ get, asked }) => {
    const { url, bytes } = await get("/a?to=/end");
    assertEquals([url.pathname, new TextDecoder().decode(bytes)], [
      "/end",
      "end",
    ]);
    for (
      const to of [
        "http://127.0.0.1/",
        "http://169.254.169.254/latest",
        "http://[::ffff:127.0.0.1]/",
        "http://2130706433/",
        "http://host.near/",
        "//host.near/",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "/loop",
      ]
    ) {
      await assertRejects(
        () => get(`/a?to=${encodeURIComponent(to)}`),
        OutsideError,
        undefined,
        to,
      );
    }
    assert(!asked.some((path) => path.includes("near")));
  });
});

Deno.test("whoever is slow, endless, packed or something else is given up", async () => {
  const forever = (first?: string) =>
    new ReadableStream<Uint8Array>({
      start(it) {
        if (first) it.enqueue(new TextEncoder().encode(first));
      },
      async pull(it) {
        if (first) it.enqueue(new Uint8Array(64 * 1024));
        else await new Promise(() => {});
      },
    });
  await withServer((request) => {
    const { pathname } = new URL(request.url);
    const type = { "content-type": "text/html" };
    if (pathname === "/silent") return new Promise(() => {});
    if (pathname === "/slow") return new Response(forever(), { headers: type });
    if (pathname === "/endless") {
      return new Response(forever("<title>x"), { headers: type });
    }
    if (pathname === "/packed") {
      return new Response("x", {
        headers: { ...type, "content-encoding": "gzip" },
      });
    }
    if (pathname === "/missing") return new Response("", { status: 404 });
    return new Response("x", { headers: { "content-type": "image/png" } });
  }, async ({ get }) => {
    for (const path of ["/silent", "/slow"]) {
      const stop = new AbortController();
      const asked = get(path, { signal: stop.signal });
      setTimeout(() => stop.abort(), 100);
      await assertRejects(() => asked, OutsideError);
    }
    assertEquals((await get("/endless")).bytes.length, 1_000);
    for (const path of ["/packed", "/missing", "/picture"]) {
      await assertRejects(() => get(path), OutsideError);
    }
    await assertRejects(() => get("/endless", { whole: true }), OutsideError);
  });
});
