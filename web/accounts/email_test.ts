import { assertEquals } from "@std/assert";
import { mailboxOf, newEmailKey, normaliseEmail, readEmail } from "./email.ts";

for (
  const [email, normal] of [
    ["ann@example.com", "ann@example.com"],
    ["  Ann.B+Chat@Mail.Example.COM ", "ann.b+chat@mail.example.com"],
    ["ann@B\u00fccher.example", "ann@xn--bcher-kva.example"],
    ["o'neil@example.ie", "o'neil@example.ie"],
    // Every sign that browsers take before the @; accounts of the first versions have them.
    ["!#$%&'*+/=?^_`{|}~-@example.com", "!#$%&'*+/=?^_`{|}~-@example.com"],
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
    // Invisible, and dropped from the domain that is compared.
    ["ann@exam\ufe0fple.com", null],
    ["ann@exam\u034fple.com", null],
    // Small letters that only others have, and so somebody else's mailbox.
    ["\u212aate@example.com", null],
    ["ann@\u212aate.example", "ann@kate.example"],
    ["ann@\uff45xample.com", "ann@example.com"],
    ["ann@example\u3002com", "ann@example.com"],
    ["ann@example.com.", null],
    ["ann@.example.com", null],
    ["ann@127.0.0.1", "ann@127.0.0.1"],
    ["ann@[::1]", null],
    ["ann@example.1com", "ann@example.1com"],
    ["ann@xn--bcher-kva.example", "ann@xn--bcher-kva.example"],
    // Letters of other scripts that look like these.
    ["ann@ex\u0430mple.com", "ann@xn--exmple-4nf.com"],
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

Deno.test("a new address is at no machine's number, however it is written", () => {
  for (
    const email of [
      "ann@127.0.0.1",
      "ann@127.1",
      "ann@0x7f.1",
      "ann@0\uff580A000001.1",
    ]
  ) assertEquals([email, newEmailKey(email)], [email, null]);
  assertEquals(newEmailKey("Ann@1.2.example"), "ann@1.2.example");
  assertEquals(newEmailKey("ann@example.1com"), "ann@example.1com");
  assertEquals(newEmailKey("ann@[::1]"), null);
});

Deno.test("an address is written to at the domain it is compared by", () => {
  assertEquals(readEmail(" Ann.B@Example.COM "), "Ann.B@example.com");
  assertEquals(readEmail("ann@\uff45xample.com"), "ann@example.com");
  assertEquals(
    readEmail("ann@B\u00dcCHER.example"),
    "ann@xn--bcher-kva.example",
  );
});

Deno.test("the ways to write to one mailbox are counted as one", () => {
  for (
    const [address, mailbox] of [
      ["ann@example.com", "ann@example.com"],
      ["ann+chat@example.com", "ann@example.com"],
      ["ann+a+b@example.com", "ann@example.com"],
      ["+chat@example.com", "+chat@example.com"],
      ["a.nn@example.com", "a.nn@example.com"],
      ["a.n.n+x@gmail.com", "ann@gmail.com"],
      ["a.nn@googlemail.com", "ann@gmail.com"],
    ]
  ) assertEquals(mailboxOf(address), mailbox);
});
