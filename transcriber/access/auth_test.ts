import { assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import { createAuth } from "./auth.ts";
import { bearer } from "./auth.ts";
import { ApiError } from "../http/errors.ts";
import { startWeb } from "../testing/web.ts";

const KEYS = ["first-key-of-a-program", "second-key-of-a-program"];

async function refused(promise: Promise<unknown>): Promise<string> {
  const error = await assertRejects(() => promise, ApiError);
  return `${error.status} ${error.code}`;
}

Deno.test("a person's token and web's own are told apart", async () => {
  await using web = await startWeb();
  const auth = createAuth({ appUrl: web.url, keys: [] });
  const { session, ...person } = await auth.verify(
    await web.token({ sid: "of-ada" }),
  );
  assertEquals(person, { kind: "person", id: "person:ada" });
  assertEquals([session?.userId, session?.sid], ["ada", "of-ada"]);
  const service = await web.token({ sub: undefined, scope: "service" });
  assertEquals(await auth.verify(service), { kind: "service", id: "service" });
});

Deno.test("what a person wishes of their text comes with their token, where it makes sense", async () => {
  await using web = await startWeb();
  const auth = createAuth({ appUrl: web.url, keys: [] });
  const wishes = { spoken: true, hints: ["Ada Lovelace", "KV"] };
  const cases: [unknown, unknown][] = [
    [wishes, wishes],
    [{}, { hints: [] }],
    [{ hints: Array(101).fill("a") }, undefined],
    [{ hints: ["x".repeat(201)] }, undefined],
    [{ spoken: "yes" }, undefined],
    ["hello", undefined],
    [null, undefined],
  ];
  for (const [dictation, expected] of cases) {
    const { writing } = await auth.verify(await web.token({ dictation }));
    assertEquals(writing, expected);
  }
});

Deno.test("a token that is not right is refused, and the answer says how", async () => {
  await using web = await startWeb();
  const auth = createAuth({ appUrl: web.url, keys: KEYS });
  const good = await web.token();
  const [head, body, signature] = good.split(".");
  const none = btoa('{"alg":"none"}').replace(/=+$/, "");
  const cases: [string, string, string][] = [
    ["expired", await web.token({}, { expiresIn: -60 }), "401 token-expired"],
    ["forged", await web.token({}, { forged: true }), "401 token-invalid"],
    [
      "for realtime",
      await web.token({ aud: "realtime" }),
      "401 token-invalid",
    ],
    [
      "of another issuer",
      await web.token({ iss: "https://evil.example" }),
      "401 token-invalid",
    ],
    ["of nobody", await web.token({ sub: undefined }), "401 token-invalid"],
    ["unsigned", `${none}.${body}.`, "401 token-invalid"],
    [
      "with a changed body",
      `${head}.${body}x.${signature}`,
      "401 token-invalid",
    ],
    ["no token at all", "hello", "401 token-invalid"],
    [
      "without an end",
      await web.token({ exp: undefined }),
      "401 token-invalid",
    ],
  ];
  for (const [title, token, expected] of cases) {
    assertEquals(await refused(auth.verify(token)), expected, title);
  }
  assertEquals(await refused(auth.verify(null)), "401 token-missing");
  assertEquals(await refused(auth.verify("")), "401 token-missing");
});

Deno.test("each key is a program of its own; anything near a key is nobody", async () => {
  await using web = await startWeb();
  const auth = createAuth({ appUrl: web.url, keys: KEYS });
  const first = await auth.verify(KEYS[0]);
  const second = await auth.verify(KEYS[1]);
  assertEquals(first.kind, "program");
  assertNotEquals(first.id, second.id);
  assertEquals(first.id.includes(KEYS[0]), false);
  for (const near of [KEYS[0] + "x", KEYS[0].slice(0, -1), KEYS.join(",")]) {
    assertEquals(await refused(auth.verify(near)), "401 token-invalid");
  }
});

Deno.test("while web is down keys work, and tokens get “try again”", async () => {
  const web = await startWeb();
  const token = await web.token();
  await web[Symbol.asyncDispose]();
  const auth = createAuth({ appUrl: web.url, keys: KEYS });
  assertEquals(await refused(auth.verify(token)), "503 web-down");
  assertEquals((await auth.verify(KEYS[0])).kind, "program");
});

Deno.test("once web has been asked about somebody, it may be down", async () => {
  const web = await startWeb();
  const auth = createAuth({ appUrl: web.url, keys: [] });
  await auth.verify(await web.token({ sub: "bob", sid: "s1" }));
  const later = await web.token({ sub: "bob", sid: "s1" });
  await web[Symbol.asyncDispose]();
  assertEquals((await auth.verify(later)).id, "person:bob");
});

Deno.test("a credential is read from a Bearer header only", () => {
  const read = (value: string) => bearer(new Headers({ authorization: value }));
  assertEquals(read("Bearer abc.def"), "abc.def");
  assertEquals(read("bearer abc"), "abc");
  assertEquals(read("Basic abc"), null);
  assertEquals(read("Bearer"), null);
  assertEquals(read("Bearer a b"), null);
  assertEquals(bearer(new Headers()), null);
});
