import { assertEquals } from "@std/assert";
import { testApp } from "../testing/app.ts";

const FORM = "application/x-www-form-urlencoded";

Deno.test("a form that does not say where it comes from is not taken; JSON is", async () => {
  await using app = await testApp();
  const { cookie } = await app.person("Ada");
  const send = async (headers: Record<string, string>, body = "name=Engines") =>
    (await app.ask("/rooms", {
      ...{ method: "POST", body, cookie, unsaid: true },
      headers: { "content-type": FORM, ...headers },
    })).status;
  assertEquals(await send({}), 403);
  assertEquals(await send({ "content-type": "text/plain" }), 403);
  assertEquals(await send({ referer: "https://evil.example/rooms" }), 403);
  assertEquals(await send({ referer: "nonsense" }), 403);
  assertEquals(await send({ referer: `${app.origin}/rooms` }), 303);
  assertEquals(await send({ origin: app.origin }), 303);
  assertEquals(await send({ "sec-fetch-site": "same-origin" }), 303);
  assertEquals(await send({ "sec-fetch-site": "none" }), 303);
  assertEquals(await send({ origin: "https://evil.example" }), 403);
  const token = await app.ask("/api/token", {
    ...{ method: "POST", cookie, unsaid: true },
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ audience: "realtime" }),
  });
  assertEquals(token.status, 200);
});

Deno.test("signing out, without a body, has to come from here, too", async () => {
  await using app = await testApp();
  const { cookie } = await app.person("Ada");
  const out = { method: "POST", cookie, unsaid: true };
  assertEquals((await app.ask("/logout", out)).status, 403);
  assertEquals((await app.ask("/account", { cookie })).status, 200);
});
