import { assert, assertEquals, assertMatch } from "@std/assert";
import { format, redact } from "./log.ts";

const time = new Date("2026-11-22T10:20:30.456Z");

Deno.test("for machines a line is one JSON object", () => {
  const line = format(false, time, "warn", "room-full", {
    room: "r1",
    members: 3,
    note: "two\nlines",
  });
  assertEquals(JSON.parse(line), {
    time: "2026-11-22T10:20:30.456Z",
    level: "warn",
    service: "web",
    event: "room-full",
    room: "r1",
    members: 3,
    note: "two\nlines",
  });
  assert(!line.includes("\n"));
});

Deno.test("for people a line is words", () => {
  const fields = { room: "r1", ms: 12, missing: undefined };
  assertEquals(
    format(true, time, "info", "started", fields),
    "10:20:30 info  started room=r1 ms=12",
  );
});

Deno.test("nothing that a line must not hold gets into it, by name", () => {
  const secret = "cleartext";
  const names = [
    "email",
    "e-mail",
    "emailKey",
    "password",
    "passwordHash",
    "token",
    "sessionToken",
    "cookie",
    "content",
    "selfie",
    "faceTemplate",
    "code",
    "signingKey",
    "authorization",
  ];
  const nested = { deep: { list: [{ token: secret }] } };
  const fields = Object.fromEntries(
    names.map((name) => [name, name === "code" ? "123 456" : secret]),
  );
  const written = JSON.stringify(redact({ ...fields, nested }));
  assert(!written.includes(secret) && !written.includes("123"), written);
});

Deno.test("nothing that a line must not hold gets into it, inside sentences", () => {
  const token = "A1".repeat(22);
  const jwt = "eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl";
  const cause = new Error(`sent to ann@example.com`);
  const error = new Error(`bad ${jwt} for <ann@example.com> ${token}`, {
    cause,
  });
  const written = JSON.stringify(
    redact({ error, reason: `by eve@x.org: ${jwt}` }),
  );
  assert(!/ann@|eve@|eyJ|A1A1/.test(written), written);
  assertMatch(written, /\[e-mail\].*\[secret\]/);
});

Deno.test("what somebody looks for is not in the error of the fetch that failed", async () => {
  const port = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const at = `http://127.0.0.1:${port.addr.port}/rooms/r1/search`;
  port.close();
  const cause = await fetch(`${at}?q=pay(rise)&limit=20`).catch((e) => e);
  assert(cause instanceof Error);
  const written = JSON.stringify(redact({ error: new Error("-", { cause }) }));
  assert(!written.includes("rise"), written);
  assertMatch(written, /search\?\[query\]/);
});

Deno.test("an error is its name, message and place, without its stack", () => {
  const { error } = redact({ error: new TypeError("odd") });
  const { name, message, at, ...rest } = error as Record<string, unknown>;
  assertEquals([name, message, rest.cause], ["TypeError", "odd", undefined]);
  assertMatch(String(at), /^log_test\.ts:\d+$/);
});

Deno.test("codes of errors are kept, bytes are counted, ids are kept", () => {
  const id = crypto.randomUUID();
  assertEquals(
    redact({ code: "face-none", picture: new Uint8Array(9), accountId: id }),
    { code: "face-none", picture: "[9 bytes]", accountId: id },
  );
});
