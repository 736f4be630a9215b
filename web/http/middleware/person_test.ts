import { assertEquals, assertStringIncludes } from "@std/assert";
import { testApp } from "../testing/app.ts";

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
