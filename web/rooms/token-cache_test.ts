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
  const tokenOf = tokenCache(counting(300_000));
  assertEquals(await tokenOf(ada, { a: "admin", b: "member" }), "t1");
  assertEquals(await tokenOf(ada, { b: "member", a: "admin" }), "t1");
});

Deno.test("another person, name, room or role is another token", async () => {
  const tokenOf = tokenCache(counting(300_000));
  const tokens = [
    await tokenOf(ada, { a: "admin" }),
    await tokenOf(bob, { a: "admin" }),
    await tokenOf({ ...ada, name: "Ada L." }, { a: "admin" }),
    await tokenOf(ada, { a: "member" }),
    await tokenOf(ada, {}),
  ];
  assertEquals(new Set(tokens).size, 5);
});

Deno.test("a token that ends within a minute is not given again", async () => {
  const tokenOf = tokenCache(counting(59_000));
  assertEquals(await tokenOf(ada, {}), "t1");
  assertEquals(await tokenOf(ada, {}), "t2");
});

Deno.test("the oldest token is forgotten when there are many", async () => {
  const tokenOf = tokenCache(counting(300_000), 1);
  assertEquals(await tokenOf(ada, {}), "t1");
  assertEquals(await tokenOf(bob, {}), "t2");
  assertEquals(await tokenOf(ada, {}), "t3");
});
