import { assert, assertEquals, assertMatch } from "@std/assert";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { testApp, withoutNumbers } from "../testing/app.ts";

const HTML = { accept: "text/html" };

Deno.test("pages for everybody are rendered once: the same bytes, with a tag, and 304 for whoever has them", async () => {
  await using app = await testApp();
  for (const path of ["/", "/docs", "/offline"]) {
    const first = await app.ask(path, { headers: HTML });
    const html = await first.text();
    const again = await app.ask(path, { headers: HTML });
    assertEquals([again.status, await again.text()], [200, html]);
    const etag = again.headers.get("etag") ?? "";
    assertMatch(etag, /^W\/"[\w-]{22}"$/);
    // What else was said of the page is said still, but for numbers of one request.
    const told = ({ headers }: Response) =>
      [...headers].filter(([name]) =>
        !["etag", "vary", "x-request-id"].includes(name)
      ).map(([name, value]) => [name, value.replace(/ 'nonce-\w+'/g, "")]);
    assertEquals(told(again), told(first));
    assert(first.headers.get("x-request-id"));
    assert(
      again.headers.get("x-request-id") !== first.headers.get("x-request-id"),
    );
    const known = await app.ask(path, {
      headers: { ...HTML, "if-none-match": `"other", ${etag}` },
    });
    assertEquals([known.status, await known.text()], [304, ""]);
    assertEquals(known.headers.get("etag"), etag);
    const head = await app.ask(path, { method: "HEAD", headers: HTML });
    assertEquals([head.status, await head.text()], [200, ""]);
    // The length of what a GET would bring (RFC 9110 §8.6).
    const { length } = new TextEncoder().encode(html);
    assertEquals(head.headers.get("content-length"), String(length));
    for (
      const [accepted, encoding, open] of [
        ["gzip, deflate, br, zstd", "br", brotliDecompressSync],
        ["gzip, br;q=0", "gzip", gunzipSync],
        ["br;q=0, gzip;q=0.0", null, (bytes: Uint8Array) => bytes],
      ] as const
    ) {
      const answer = await app.ask(path, {
        headers: { ...HTML, "accept-encoding": accepted },
      });
      assertEquals(answer.headers.get("content-encoding"), encoding);
      assertMatch(answer.headers.get("vary") ?? "", /accept-encoding/);
      const bytes = open(await answer.bytes());
      assertEquals(new TextDecoder().decode(bytes), html);
    }
  }
});

Deno.test("whoever is signed in, or whom an address tells something, gets a page of their own", async () => {
  await using app = await testApp();
  const { cookie } = await app.person("Ada");
  const look = async (path: string, cookie?: string) => {
    const answer = await app.ask(path, { cookie, headers: HTML });
    const { headers } = answer;
    return [await answer.text(), headers.get("etag"), headers.get("x-person")];
  };
  for (let n = 0; n < 2; n++) {
    // All at once, so that one is rendered while others are asked for.
    const [own, open, told] = await Promise.all([
      look("/", cookie),
      look("/"),
      look("/?done=delete-account"),
    ]);
    assertMatch(own[0]!, /Open your rooms/);
    assertEquals(own[1], null);
    assert(own[2]);
    assertMatch(open[0]!, /Create an account/);
    assertEquals(open[2], "");
    assertMatch(told[0]!, /Your account was deleted/);
    assertEquals(told[1], null);
    const ended = await look("/", "chatsphere_session=nobody");
    assertMatch(ended[0]!, /Create an account/);
  }
  const post = await app.send("/docs", {});
  assertEquals(post.status, 405);
});

Deno.test("the guide shows whoever asks the address they asked for, and nobody another's", async () => {
  await using app = await testApp();
  const asked = [
    ["http://localhost:8000", "http"],
    ["http://chat.example:8000", "http"],
    ["http://chat.example:8000", "https"],
  ];
  const shown = asked.map(([origin, proto]) => origin.replace("http", proto));
  for (let n = 0; n < 2; n++) {
    for (const [at, [origin, proto]] of asked.entries()) {
      const answer = await app.ask(`${origin}/docs`, {
        headers: { ...HTML, "x-forwarded-proto": proto },
      });
      assertEquals(answer.headers.has("etag"), n > 0);
      const html = await answer.text();
      const told = shown.map((one) => html.includes(`${one}/api`));
      assertEquals(told, shown.map((_, other) => other === at));
    }
  }
});

Deno.test("made-up addresses put no page out that people ask for", async () => {
  await using app = await testApp();
  const own = new URL(app.services.config.appUrl);
  const isKept = async (url: string) => {
    const answer = await app.ask(url, { headers: HTML });
    await answer.body?.cancel();
    return answer.headers.has("etag");
  };
  const people = "http://chat.example:8000/docs";
  for (const url of [`${own.origin}/docs`, people, "http://one.example/"]) {
    assertEquals(await isKept(url), false);
  }
  for (let n = 0; n < 100; n++) {
    assertEquals(await isKept(`http://n${n}.evil.example/docs`), false);
    if (n % 20 === 0) assert(await isKept(people), `${n}`);
  }
  assert(await isKept(`${own.origin}/docs`), "by our own address");
  // It shows no address: one is enough for all.
  assert(await isKept("http://two.example/"));
  // Somebody else's made-up one went, so there is an end to them.
  assertEquals(await isKept("http://n0.evil.example/docs"), false);
});

Deno.test("the sign-in page is rendered once, and each copy has numbers of its own", async () => {
  await using app = await testApp();
  for (const path of ["/login", "/login?next=%2Frooms"]) {
    const seen = new Set<string>();
    const pages = new Set<string>();
    for (let n = 0; n < 4; n++) {
      const answer = await app.ask(path, { headers: HTML });
      assertEquals([answer.status, answer.headers.get("etag")], [200, null]);
      const html = await answer.text();
      const forms = [...html.matchAll(/name="once" value="([\w-]{36})"/g)];
      const policy = answer.headers.get("content-security-policy") ?? "";
      const nonce = policy.match(/'nonce-(\w+)'/)![1];
      assertMatch(html, new RegExp(`<script[^>]* nonce="${nonce}"`));
      const id = answer.headers.get("x-request-id")!;
      for (const number of [id, nonce, ...forms.map(([, one]) => one)]) {
        assert(!seen.has(number), number);
        seen.add(number);
      }
      pages.add(withoutNumbers(html));
      assert(forms.length >= 2);
    }
    assertEquals(pages.size, 1);
  }
});

Deno.test("the sign-in page offers passkeys only by an address that has them", async () => {
  await using app = await testApp();
  for (let n = 0; n < 2; n++) {
    for (
      const [origin, offered] of [
        ["http://localhost:8000", true],
        ["http://192.0.2.7:8000", false],
      ] as const
    ) {
      const answer = await app.ask(`${origin}/login`, { headers: HTML });
      const html = await answer.text();
      assertEquals(html.includes("data-passkey"), offered, origin);
    }
  }
});

Deno.test("whoever signed in goes on from the sign-in page, and other sign-in pages are their own", async () => {
  await using app = await testApp();
  const { cookie } = await app.person("Ada");
  const ask = (path: string, cookie?: string) =>
    app.ask(path, { cookie, headers: HTML });
  for (let n = 0; n < 2; n++) {
    await (await ask("/login")).body?.cancel();
    assertEquals((await ask("/login", cookie)).status, 303);
    const late = await (await ask("/login?late")).text();
    assertMatch(late, /longer than 5 minutes/);
    const next = await (await ask("/login?next=%2Fpeople")).text();
    assertMatch(next, /next=%2Fpeople/);
  }
});
