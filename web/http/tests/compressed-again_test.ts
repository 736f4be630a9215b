import { assert, assertEquals, assertMatch } from "@std/assert";
import { gunzipSync } from "node:zlib";
import { addressProven } from "../../accounts/confirm-address.ts";
import { createRoom } from "../../rooms/rooms.ts";
import { type TestApp, testApp, withoutNumbers } from "../testing/app.ts";

const BROWSER = "gzip, deflate, br, zstd";
const asPage = { accept: "text/html", "accept-language": "en-GB" };

/** Somebody in a room in which they said something, whose browser has all its cookies. */
async function stage(app: TestApp, name: string) {
  const { account, cookie: session } = await app.person(name);
  await addressProven(app.services, account.id);
  const { headers } = await app.ask("/account", {
    ...{ cookie: session, headers: asPage },
  });
  const device = headers.getSetCookie().map((line) => line.split(";")[0]);
  const cookie = [session, ...device].join("; ");
  const { id } = await createRoom(app.services, account, `Room of ${name}`);
  const post = (content: string) =>
    app.services.realtime.post(account, id, {
      ...{ clientId: crypto.randomUUID(), content },
    });
  for (let i = 0; i < 20; i++) await post(`Words ${i} of ${name}, “Grüße” 👋`);
  const pages = ["/rooms", `/rooms/${id}`, `/api/messages?roomId=${id}`];
  return { account, cookie, post, pages };
}

/** An answer, and its text whether it came compressed or not. */
async function ask(
  app: TestApp,
  path: string,
  { cookie, accepted }: { cookie?: string; accepted?: string },
) {
  const answer = await app.ask(path, {
    cookie,
    headers: { ...asPage, ...accepted && { "accept-encoding": accepted } },
  });
  const { headers } = answer;
  const encoding = headers.get("content-encoding");
  const bytes = await answer.bytes();
  const text = new TextDecoder().decode(encoding ? gunzipSync(bytes) : bytes);
  return { headers, encoding, bytes, text };
}

const apart = (html: string): string =>
  withoutNumbers(html).replace(/name="clientId" value="[^"]*"/g, "");

/** All that may be on one copy only, after a look whether the policy knows the page's nonce. */
function numbersOf({ text, headers }: Awaited<ReturnType<typeof ask>>) {
  const all = [...text.matchAll(/name="(?:once|clientId)" value="([\w-]+)"/g)];
  const nonces = new Set(
    [...text.matchAll(/ nonce="(\w+)"/g)].map(([, nonce]) => nonce),
  );
  const policy = headers.get("content-security-policy") ?? "";
  for (const nonce of nonces) assert(policy.includes(`'nonce-${nonce}'`));
  assert(nonces.size < 2);
  const id = headers.get("x-request-id")!;
  return [...all.map(([, number]) => number), ...nonces, id];
}

Deno.test("what is given again comes compressed, as the same text with numbers of its own", async () => {
  await using app = await testApp();
  const { cookie, pages } = await stage(app, "Ada");
  for (const path of [...pages, "/login", "/login?next=%2Frooms"]) {
    const who = path.startsWith("/login") ? {} : { cookie };
    const first = await ask(app, path, { ...who, accepted: BROWSER });
    assertEquals(first.encoding, null);
    // Some at once, so that they wait for the same.
    const copies = await Promise.all(
      Array.from(
        { length: 3 },
        () => ask(app, path, { ...who, accepted: BROWSER }),
      ),
    );
    copies.push(await ask(app, path, { ...who, accepted: "gzip" }));
    const seen = new Set(numbersOf(first));
    for (const copy of copies) {
      assertEquals(copy.encoding, "gzip", path);
      assertMatch(copy.headers.get("vary") ?? "", /accept-encoding/);
      assertEquals(apart(copy.text), apart(first.text), path);
      assert(copy.bytes.length < first.bytes.length, path);
      const numbers = numbersOf(copy);
      for (const number of numbers) assert(!seen.has(number), number);
      numbers.forEach((number) => seen.add(number));
    }
    // What else was said of it is said still.
    const told = ({ headers }: typeof first) =>
      [...headers].filter(([name]) =>
        !/^(vary|content-encoding|x-request-id|content-security)/.test(name)
      );
    assertEquals(told(copies[0]), told(first));
  }
});

Deno.test("what is given again comes as it is to whoever takes no gzip", async () => {
  await using app = await testApp();
  const { cookie, pages } = await stage(app, "Ada");
  for (const path of pages) {
    const first = await ask(app, path, { cookie });
    for (
      const accepted of [
        ...[undefined, "gzip;q=0, br", "br", "*", "identity"],
        ...[BROWSER, "gzip;q=0.0", "identity, gzip;q=0.5", "deflate"],
      ]
    ) {
      const copy = await ask(app, path, { cookie, accepted });
      assertEquals(copy.encoding, accepted === BROWSER ? "gzip" : null);
      assertEquals(apart(copy.text), apart(first.text), `${accepted}`);
    }
  }
});

Deno.test("compressed answers to two people never mix, and show what is new at once", async () => {
  await using app = await testApp();
  const people = [await stage(app, "Ada"), await stage(app, "Grace")];
  const look = () =>
    Promise.all(
      people.flatMap(({ cookie, pages }) =>
        pages.map((path) => ask(app, path, { cookie, accepted: BROWSER }))
      ),
    );
  for (const news of ["Fresh bread", "More of it"]) {
    for (let i = 0; i < 3; i++) {
      const found = await look();
      found.forEach(({ text, encoding }, at) => {
        const [me, other] = at < 3 ? ["Ada", "Grace"] : ["Grace", "Ada"];
        assert(text.includes(`of ${me}`) && !text.includes(`of ${other}`));
        assert(!text.includes(news), `${at}`);
        assertEquals(encoding, i > 0 ? "gzip" : null);
      });
    }
    for (const { post } of people) await post(news);
    for (const { text } of await look()) assert(text.includes(news));
    // Each changed since, so that all of them are made once more.
    for (const { post } of people) await post("And that is all.");
  }
});

Deno.test("Deno sends a compressed copy on as it is, and neither compresses nor names it twice", async () => {
  await using app = await testApp();
  const { cookie, pages } = await stage(app, "Ada");
  await using server = Deno.serve(
    { port: 0, automaticCompression: true, onListen() {} },
    ({ url, headers }) => {
      const { pathname, search } = new URL(url);
      return app.ask(pathname + search, {
        ...{ cookie, headers: Object.fromEntries(headers) },
      });
    },
  );
  for (const path of pages) {
    const from = `http://localhost:${server.addr.port}${path}`;
    const plain = await (await app.ask(path, { cookie, headers: asPage }))
      .text();
    for (let i = 0; i < 3; i++) {
      const answer = await fetch(from, {
        headers: { ...asPage, "accept-encoding": "gzip" },
      });
      assertEquals(apart(await answer.text()), apart(plain), path);
      const vary = answer.headers.get("vary") ?? "";
      assertEquals(vary.match(/accept-encoding/gi)?.length, 1, vary);
    }
  }
});
