import { assertEquals, assertRejects } from "@std/assert";
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

Deno.test("calls and pages of a person share one token, also while it is being signed", async () => {
  const tokens = tokenCache(counting(300_000));
  const given = await Promise.all([
    tokens.of(ada),
    tokens.forPage(ada).then(({ token }) => token),
    tokens.of(ada),
    tokens.forPage(bob).then(({ token }) => token),
  ]);
  assertEquals(given, ["t1", "t1", "t1", "t2"]);
});

Deno.test("a page gets a token that is new, a call one that has been used for minutes", async () => {
  const now = Date.now;
  const started = now();
  const after = (seconds: number) => {
    Date.now = () => started + seconds * 1_000;
  };
  const tokens = tokenCache(counting(300_000));
  const page = async () => (await tokens.forPage(ada)).token;
  try {
    after(0);
    assertEquals(await tokens.of(ada), "t1");
    after(119);
    assertEquals(await page(), "t1");
    after(121);
    assertEquals(await tokens.of(ada), "t1");
    assertEquals(await page(), "t2");
    assertEquals(await tokens.of(ada), "t2");
  } finally {
    Date.now = now;
  }
});

Deno.test("what was being signed when its person was forgotten is given to nobody who waits", async () => {
  const signed = Array.from(
    { length: 2 },
    () => Promise.withResolvers<{ token: string; expiresAt: number }>(),
  );
  let asked = 0;
  const tokens = tokenCache({
    ...counting(300_000),
    personToken: () => signed[asked++].promise,
  });
  const first = tokens.of(ada);
  const waits = tokens.of(ada);
  tokens.forget(ada.id);
  const expiresAt = Date.now() + 300_000;
  signed[0].resolve({ token: "before", expiresAt });
  signed[1].resolve({ token: "after", expiresAt });
  assertEquals(await first, "before");
  assertEquals(await waits, "after");
  assertEquals(await tokens.of(ada), "after");
});

Deno.test("signing that failed is tried again", async () => {
  let asked = 0;
  const signer = counting(300_000);
  const tokens = tokenCache({
    ...signer,
    personToken: (...call) =>
      asked++ === 0
        ? Promise.reject(new Error("no key"))
        : signer.personToken(...call),
  });
  await assertRejects(() => tokens.of(ada), Error, "no key");
  assertEquals(await tokens.of(ada), "t1");
});

Deno.test("web's own token is made once for many calls, and anew after a failure", async () => {
  let [made, isBroken] = [0, true];
  const tokens = tokenCache({
    ...counting(300_000),
    serviceToken: () =>
      isBroken
        ? Promise.reject(new Error("no"))
        : Promise.resolve(`s${++made}`),
  });
  await assertRejects(() => tokens.ofWeb());
  isBroken = false;
  assertEquals([await tokens.ofWeb(), await tokens.ofWeb()], ["s1", "s1"]);
});
