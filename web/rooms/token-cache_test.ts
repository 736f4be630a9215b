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
    personOf: () => Promise.resolve(null),
    serviceToken: () => Promise.resolve("service"),
    jwks: () => Promise.resolve({ keys: [] }),
  };
}

Deno.test("the same person gets the same token", async () => {
  const tokens = tokenCache(counting(300_000));
  assertEquals(await tokens.of(ada), "t1");
  assertEquals(await tokens.of(ada), "t1");
});

Deno.test("another person or name is another token", async () => {
  const tokens = tokenCache(counting(300_000));
  const given = [
    await tokens.of(ada),
    await tokens.of(bob),
    await tokens.of({ ...ada, name: "Ada L." }),
  ];
  assertEquals(new Set(given).size, 3);
});

Deno.test("a token that ends within a minute is not given again", async () => {
  const tokens = tokenCache(counting(59_000));
  assertEquals(await tokens.of(ada), "t1");
  assertEquals(await tokens.of(ada), "t2");
});

Deno.test("the oldest token is forgotten when there are many", async () => {
  const tokens = tokenCache(counting(300_000), 1);
  assertEquals(await tokens.of(ada), "t1");
  assertEquals(await tokens.of(bob), "t2");
  assertEquals(await tokens.of(ada), "t3");
});

Deno.test("each session has tokens of its own; forgetting the person forgets them all", async () => {
  const tokens = tokenCache(counting(300_000));
  const [one, two] = [{ ...ada, sid: "1" }, { ...ada, sid: "2" }];
  assertEquals(await tokens.of(one), "t1");
  assertEquals(await tokens.of(two), "t2");
  assertEquals(await tokens.of(one), "t1");
  tokens.forget(ada.id);
  assertEquals(await tokens.of(two), "t3");
  assertEquals(await tokens.of(one), "t4");
});

Deno.test("a token that was dropped is not given again", async () => {
  const tokens = tokenCache(counting(300_000));
  await tokens.of(ada);
  await tokens.of(bob);
  tokens.drop("t1");
  assertEquals(await tokens.of(ada), "t3");
  assertEquals(await tokens.of(bob), "t2");
});

Deno.test("a forgotten person gets another token, and nobody else does", async () => {
  const tokens = tokenCache(counting(300_000));
  await tokens.of(ada);
  await tokens.of(bob);
  tokens.forget(ada.id);
  assertEquals(await tokens.of(ada), "t3");
  assertEquals(await tokens.of(bob), "t2");
});
