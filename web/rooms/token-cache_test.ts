import { assertEquals } from "@std/assert";
import type { Signer } from "../tokens/signer.ts";
import { tokenCache } from "./token-cache.ts";

const ada = { id: "ada", name: "Ada" };
const bob = { id: "bob", name: "Bob" };

/** Mints t1, t2, …, each good for `ms`. */
function counting(ms: number): Signer {
  let minted = 0;
  return {
    personToken: () =>
      Promise.resolve({
        token: `t${++minted}`,
        expiresAt: Date.now() + ms,
      }),
    serviceToken: () => Promise.resolve("service"),
    jwks: () => Promise.resolve({ keys: [] }),
  };
}

Deno.test("the same person with the same roles gets the same token", async () => {
  const tokens = tokenCache(counting(300_000));
  assertEquals(await tokens.of(ada, { a: "admin", b: "member" }), "t1");
  assertEquals(await tokens.of(ada, { b: "member", a: "admin" }), "t1");
});

Deno.test("another person, name, room or role is another token", async () => {
  const tokens = tokenCache(counting(300_000));
  const given = [
    await tokens.of(ada, { a: "admin" }),
    await tokens.of(bob, { a: "admin" }),
    await tokens.of({ ...ada, name: "Ada L." }, { a: "admin" }),
    await tokens.of(ada, { a: "member" }),
    await tokens.of(ada, {}),
  ];
  assertEquals(new Set(given).size, 5);
});

Deno.test("a token that ends within a minute is not given again", async () => {
  const tokens = tokenCache(counting(59_000));
  assertEquals(await tokens.of(ada, {}), "t1");
  assertEquals(await tokens.of(ada, {}), "t2");
});

Deno.test("the oldest token is forgotten when there are many", async () => {
  const tokens = tokenCache(counting(300_000), 1);
  assertEquals(await tokens.of(ada, {}), "t1");
  assertEquals(await tokens.of(bob, {}), "t2");
  assertEquals(await tokens.of(ada, {}), "t3");
});

Deno.test("each session has tokens of its own; forgetting the person forgets them all", async () => {
  const tokens = tokenCache(counting(300_000));
  const [one, two] = [{ ...ada, sid: "1" }, { ...ada, sid: "2" }];
  assertEquals(await tokens.of(one, {}), "t1");
  assertEquals(await tokens.of(two, {}), "t2");
  assertEquals(await tokens.of(one, {}), "t1");
  tokens.forget(ada.id);
  assertEquals(await tokens.of(two, {}), "t3");
  assertEquals(await tokens.of(one, {}), "t4");
});

Deno.test("a token that was dropped is not given again", async () => {
  const tokens = tokenCache(counting(300_000));
  await tokens.of(ada, {});
  await tokens.of(bob, {});
  tokens.drop("t1");
  assertEquals(await tokens.of(ada, {}), "t3");
  assertEquals(await tokens.of(bob, {}), "t2");
});

Deno.test("a forgotten person gets another token, and nobody else does", async () => {
  const tokens = tokenCache(counting(300_000));
  await tokens.of(ada, {});
  await tokens.of(bob, {});
  tokens.forget(ada.id);
  assertEquals(await tokens.of(ada, {}), "t3");
  assertEquals(await tokens.of(bob, {}), "t2");
});
