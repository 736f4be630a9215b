import { assert, assertEquals } from "@std/assert";
import { testApp } from "../testing/app.ts";
import { answerTo, type Kept, remember } from "./kept-answers.ts";

Deno.test("pages that came together take no more memory than one after the other", async () => {
  const page = new Uint8Array(256 * 1024);
  const kept: Kept = { status: 422, headers: [], page, who: "ada" };
  const names = Array.from({ length: 100 }, (_, n) => `together ${n}`);
  for (const name of names) remember(name, Promise.resolve(kept));
  await new Promise((done) => setTimeout(done));
  const bytes = names.filter((name) => answerTo(name)).length * page.length;
  assert(bytes > 0 && bytes <= 16 * 1024 * 1024, `${bytes} bytes`);
});

Deno.test("an answer of another instance is given again as long as that keeps it, and is not kept here", async () => {
  await using app = await testApp();
  const { kv } = app.services;
  const { cookie } = await app.person("Ada");
  const form = { once: crypto.randomUUID(), name: "Tea", kind: "private" };
  const first = await app.send("/rooms", form, cookie);
  assertEquals(first.status, 303);
  const [entry] = await Array.fromAsync(kv.list({ prefix: ["forms"] }));
  const name = String(entry.key[1]);
  // As in an instance that did not answer it.
  remember(name, Promise.resolve(undefined));
  for (let n = 0; n < 2; n++) {
    const again = await app.send("/rooms", form, cookie);
    assertEquals(
      again.headers.get("location"),
      first.headers.get("location"),
    );
    assertEquals(answerTo(name), undefined);
  }
  const both = await Promise.all(
    [1, 2, 3].map(() => app.send("/rooms", form, cookie)),
  );
  for (const { headers } of both) {
    assertEquals(headers.get("location"), first.headers.get("location"));
  }
  await kv.delete(entry.key);
});
