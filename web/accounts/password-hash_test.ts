import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  hashPassword,
  isOutdated,
  UNKNOWN_HASH,
  verifyPassword,
} from "./password-hash.ts";

Deno.test("a hash is argon2id with OWASP's parameters and its own salt", async () => {
  const [one, two] = [await hashPassword("a b c"), await hashPassword("a b c")];
  assert(one.startsWith("$argon2id$v=19$m=19456,t=2,p=1$"), one);
  assert(one !== two);
  assert(!isOutdated(one));
  assert(await verifyPassword("a b c", one));
  assert(!await verifyPassword("a b d", one));
});

Deno.test("hashes made elsewhere are understood", async () => {
  // Made with Debian's libargon2, the reference implementation.
  const elsewhere =
    "$argon2id$v=19$m=1024,t=1,p=1$c29tZXNhbHQxMjM0$2vda5WIYhJuVO9CvVyrYaHo3lY7PtUM1LKJdwnTn7wY";
  assert(await verifyPassword("pass phrase", elsewhere));
  assert(!await verifyPassword("pass phrasE", elsewhere));
  assert(isOutdated(elsewhere));
});

Deno.test("no password has the hash for unknown e-mails", async () => {
  for (const password of ["", "-", "x".repeat(2_000), "password"]) {
    assertEquals(await verifyPassword(password, UNKNOWN_HASH), false);
  }
});

Deno.test("refusing an unknown e-mail is as much work as refusing a password", async () => {
  assertEquals(isOutdated(UNKNOWN_HASH), false);
  const { length } = await hashPassword("a b c");
  assertEquals(UNKNOWN_HASH.length, length);
});

Deno.test("what is not possible as a password never matches its stand-in", async () => {
  const hash = await hashPassword("-");
  assert(!await verifyPassword("", hash));
  assert(!await verifyPassword("x".repeat(2_000), hash));
  assert(await verifyPassword("-", hash));
});

Deno.test("a broken hash is an error and not a wrong password", async () => {
  await assertRejects(() => verifyPassword("x", "$2b$10$abc"), TypeError);
});
