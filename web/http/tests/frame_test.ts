import { assert, assertEquals, assertMatch } from "@std/assert";
import { testApp } from "../testing/app.ts";

/** A script that runs while a page is looked at: see components/Elsewhere.tsx. */
const SCRIPT = /<script(?![^<]*document\.hidden)/i;

Deno.test("a page without an island ships no script", async () => {
  await using app = await testApp();
  const { cookie } = await app.person("Ada");
  for (
    const path of [
      "/",
      "/docs",
      "/login",
      "/login/forgot",
      "/rooms",
      "/account",
      "/outbox",
      "/none",
    ]
  ) {
    const html = await (await app.ask(path, { cookie })).text();
    assert(!SCRIPT.test(html), `${path} has a script`);
  }
  const camera = await (await app.ask("/register")).text();
  assertMatch(camera, SCRIPT);
});

Deno.test("pages carry a nonce policy and may not be framed", async () => {
  await using app = await testApp({ WS_URL: "wss://rt.example.com" });
  const answer = await app.ask("/register");
  const policy = answer.headers.get("content-security-policy") ?? "";
  const nonce = policy.match(/script-src 'self' 'nonce-([^']+)'/)?.[1];
  assert(nonce, policy);
  const html = await answer.text();
  assert(html.includes(`nonce="${nonce}"`));
  assertMatch(policy, /frame-ancestors 'none'/);
  assertMatch(policy, /connect-src [^;]*wss:\/\/rt\.example\.com/);
  assertEquals(answer.headers.get("x-content-type-options"), "nosniff");
});

Deno.test("over plain http nothing is upgraded to https, over https everything is", async () => {
  for (const url of ["http://localhost:8000", "https://chat.example.com"]) {
    await using app = await testApp({
      APP_URL: url,
      WS_URL: "wss://rt.example.com",
    });
    const { headers } = await app.ask("/");
    const policy = headers.get("content-security-policy") ?? "";
    const secure = url.startsWith("https");
    assertEquals(policy.includes("upgrade-insecure-requests"), secure);
    assertEquals(headers.has("strict-transport-security"), secure);
  }
});

Deno.test("what another site asks for is refused with a page and a way on", async () => {
  await using app = await testApp();
  const { cookie } = await app.person("Ada");
  const answer = await app.ask("/rooms", {
    method: "POST",
    cookie,
    headers: {
      "sec-fetch-site": "cross-site",
      origin: "https://evil.example",
      "content-type": "application/x-www-form-urlencoded",
    },
    body: "name=Trap",
  });
  assertEquals(answer.status, 403);
  assertMatch(await answer.text(), /<h1>That is not allowed<\/h1>/);
  const rooms = await (await app.ask("/rooms", { cookie })).text();
  assert(!rooms.includes("Trap"));
});

Deno.test("errors are pages for people and JSON for programs, both with the security headers", async () => {
  await using app = await testApp();
  const forPeople = await app.ask("/no/such/page");
  assertEquals(forPeople.status, 404);
  assertMatch(await forPeople.text(), /There is nothing here/);
  assertMatch(
    forPeople.headers.get("content-security-policy") ?? "",
    /default-src 'none'/,
  );
  const forPrograms = await app.ask("/api/no-such-thing");
  assertEquals(forPrograms.status, 404);
  const { error } = await forPrograms.json();
  assertEquals(error.code, "not-found");
  assertEquals(forPrograms.headers.get("x-content-type-options"), "nosniff");
});

Deno.test("a page of an error has no script, which its policy would refuse", async () => {
  await using app = await testApp();
  const { cookie } = await app.person("Ada");
  const unsent = `${cookie}; unsent=1`;
  const page = await (await app.ask("/rooms", { cookie: unsent })).text();
  assertMatch(page, /<script/);
  const none = await (await app.ask("/none", { cookie: unsent })).text();
  assert(!/<script/.test(none), none);
});

Deno.test("a recording that waits has its person's pages look after it, and nobody else's", async () => {
  await using app = await testApp();
  const { account, cookie } = await app.person("Ada");
  const pageWith = async (recorded: string) => {
    const own = `${cookie}; recorded=${recorded}`;
    return await (await app.ask("/rooms/new", { cookie: own })).text();
  };
  const roomId = "a".repeat(22);
  assertMatch(await pageWith(`${account.id}/${roomId}`), /<!--fresh:/);
  assert(!(await pageWith(`someone/${roomId}`)).includes("<!--fresh:"));
});

Deno.test("the pages of a signed-in person are kept out of every cache", async () => {
  await using app = await testApp();
  const { cookie } = await app.person("Ada");
  const { headers } = await app.ask("/rooms", { cookie });
  assertEquals(headers.get("cache-control"), "private, no-store");
});

Deno.test("the outbox is shown on this machine only", async () => {
  await using local = await testApp();
  assertEquals((await local.ask("/outbox")).status, 200);
  await using away = await testApp({
    APP_URL: "https://chat.example.com",
    WS_URL: "wss://rt.example.com",
  });
  assertEquals((await away.ask("/outbox")).status, 404);
  assertEquals((await away.ask("/outbox/000-000-0")).status, 404);
  await using sending = await testApp({
    SMTP_URL: "smtp://localhost:25",
    MAIL_FROM: "chat@example.com",
  });
  assertEquals((await sending.ask("/outbox")).status, 404);
});

Deno.test("the outbox is not shown to the network, nor to a page whose name points here", async () => {
  // It was: whoever could reach the port could have a new password sent, and read the link.
  await using app = await testApp();
  const { cookie } = await app.person("Ada");
  const status = async (path: string, from?: string) =>
    (await app.ask(path, { from })).status;
  for (const from of ["127.0.0.1", "::1", "::ffff:127.0.0.1"]) {
    assertEquals(await status("/outbox", from), 200);
  }
  for (const from of ["192.168.1.20", "2001:db8::1", "10.127.0.1"]) {
    assertEquals(await status("/outbox", from), 404);
    assertEquals(await status("/outbox/000-000-0", from), 404);
    const rooms = await app.ask("/rooms", { cookie, from });
    assert(!(await rooms.text()).includes("/outbox"));
  }
  assertEquals(await status("http://rebound.example:8000/outbox"), 404);
});
