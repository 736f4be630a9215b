import { expect, test } from "bun:test";
import { redact } from "./redact.ts";

const written = (fields: Record<string, unknown>) =>
  JSON.stringify(redact(fields));

test.each([
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
])("what a line must not hold gets into it under no name: %s", (name) => {
  const secret = name === "code" ? "123 456" : "cleartext";
  expect(written({ [name]: secret })).not.toContain(secret);
  expect(written({ deep: { list: [{ [name]: secret }] } }))
    .not.toContain(secret);
});

test("what a line must not hold does not get into it inside sentences", () => {
  const token = "A1".repeat(22);
  const jwt = "eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl";
  const cause = new Error("sent to ann@example.com");
  const error = new Error(`bad ${jwt} for <ann@example.com> ${token}`, {
    cause,
  });
  const line = written({ error, reason: `by eve@x.org: ${jwt}` });
  expect(line).not.toMatch(/ann@|eve@|eyJ|A1A1/);
  expect(line).toMatch(/\[e-mail\].*\[secret\]/);
});

test("what somebody looks for is not in the error of the fetch that failed", () => {
  const cause = new TypeError(
    "error sending request for url (http://127.0.0.1:8080/rooms/r1/search?q=pay(rise)&limit=20)",
  );
  const line = written({ error: new Error("-", { cause }) });
  expect(line).not.toContain("rise");
  expect(line).toContain("search?[query]");
});

test("an error is its name, message and place, without its stack", () => {
  const { error } = redact({ error: new TypeError("odd") });
  const { name, message, at, cause } = error as Record<string, unknown>;
  expect([name, message, cause]).toEqual(["TypeError", "odd", undefined]);
  expect(String(at)).toMatch(/^redact\.test\.ts:\d+$/);
});

test("codes of errors are kept, bytes are counted, ids are kept", () => {
  const accountId = crypto.randomUUID();
  expect(redact({ code: "face-none", picture: new Uint8Array(9), accountId }))
    .toEqual({ code: "face-none", picture: "[9 bytes]", accountId });
  expect(redact({ code: "ECONNREFUSED" })).toEqual({ code: "ECONNREFUSED" });
});
