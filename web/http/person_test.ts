import { assertEquals, assertStringIncludes } from "@std/assert";
import { addressOf } from "./person.ts";
import { testApp } from "./testing.ts";

const info: Deno.ServeHandlerInfo = {
  remoteAddr: { transport: "tcp", hostname: "192.0.2.1", port: 4_000 },
  completed: Promise.resolve(),
};

Deno.test("X-Forwarded-For counts only behind our own proxy, and of it only what that wrote", () => {
  const headers = new Headers({ "x-forwarded-for": "1.2.3.4, 198.51.100.7" });
  assertEquals(addressOf(headers, info, false), "192.0.2.1");
  assertEquals(addressOf(headers, info, true), "198.51.100.7");
  assertEquals(addressOf(new Headers(), info, true), "192.0.2.1");
  assertEquals(addressOf(new Headers(), undefined, false), "unknown");
});

Deno.test("whoever may be signed in is not asked to while the store is away", async () => {
  await using app = await testApp();
  const { cookie } = await app.person("Ada");
  const { kv } = app.services;
  const broken = () => Promise.reject(new Error("The store is gone"));
  app.services.kv = { get: broken, getMany: broken } as unknown as Deno.Kv;
  const hers = await app.ask("/rooms", { cookie });
  const text = await hers.text();
  assertEquals(hers.status, 500);
  assertStringIncludes(text, "Sign out");
  assertStringIncludes(text, "Go to your rooms");
  assertEquals(text.includes("Sign in"), false);
  const theirs = await (await app.ask("/nowhere")).text();
  assertStringIncludes(theirs, "Sign in");
  app.services.kv = kv;
});
