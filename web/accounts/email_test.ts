import { assertEquals } from "@std/assert";
import { normaliseEmail } from "./email.ts";

for (
  const [email, normal] of [
    ["ann@example.com", "ann@example.com"],
    ["  Ann.B+Chat@Mail.Example.COM ", "ann.b+chat@mail.example.com"],
    ["ann@B\u00fccher.example", "ann@xn--bcher-kva.example"],
    ["o'neil@example.ie", "o'neil@example.ie"],
    ["", null],
    ["ann", null],
    ["@example.com", null],
    ["ann@", null],
    ["ann@localhost", null],
    ["ann@example..com", null],
    ["ann@-example.com", null],
    ["ann b@example.com", null],
    ["ann@example.com, eve@example.com", null],
    ["ann@eve@example.com", null],
    ["Ann <ann@example.com>", null],
    ["ann@example.com\nBcc:eve@example.com", null],
    ["ann@example.com:25", null],
    // Once taken, and no code or link could ever be sent there.
    ["ann@exam\nple.com", null],
    ["ann@exam\tple.com", null],
    ["ann@ex%61mple.com", null],
    ["ann@exam\u00adple.com", null],
    ["ann@example.com/path", null],
    ["ann@example.com?x", null],
    [`${"a".repeat(65)}@example.com`, null],
    [`ann@${"a.".repeat(130)}com`, null],
  ] as const
) {
  Deno.test(`e-mail ${JSON.stringify(email.slice(0, 40))}`, () => {
    assertEquals(normaliseEmail(email), normal);
  });
}
