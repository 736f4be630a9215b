import { assertEquals, assertMatch } from "@std/assert";
import { COMMON_PASSWORDS } from "./common-passwords.ts";
import { passwordProblem } from "./password-rules.ts";

const person = { name: "Ann Smith", email: "ann.smithson@example.com" };
const problem = (password: string) => passwordProblem(password, person) ?? "";

for (
  const password of [
    "correct horse battery",
    "x7#kq9!b",
    "sm\u00f8rrebr\u00f8d og kaffe",
    "\u5bc6\u7801\u5f88\u957f\u4f46\u662f\u5f88\u597d",
    "a".repeat(100) + "b c d e f g h i j",
    "annapurna base camp",
    "smithson plays the tuba",
    "password is a bad password",
    "channel9",
    "\u{1f600}\u{1f419}\u{1f980}\u{1f41d}\u{1f98b}\u{1f40c}\u{1f41e}\u{1f577}",
  ]
) {
  Deno.test(`good enough: ${password.slice(0, 30)}`, () => {
    assertEquals(problem(password), "");
  });
}

for (
  const [why, passwords] of [
    [/Choose a password/, [""]],
    [/at least 8/, ["short", "\u{1f600}".repeat(7), "\ufb03\ufb03"]],
    [/at most 128/, ["ab cd ef".repeat(17), "\ufdfa".repeat(128)]],
    [/first anyone would guess/, [
      "password",
      "Password1!",
      "SUNSHINE24",
      "football123",
      "12345678",
      "abcdefgh",
      "hgfedcba",
      "qwertyui",
      "90123456",
      "aaaaaaaa",
      "abcabcabc",
      "\uff50\uff41\uff53\uff53\uff57\uff4f\uff52\uff44",
    ]],
    [/name or e-mail/, [
      "annsmith",
      "Ann Smith 1",
      "smithson12",
      "ann.smithson",
      "smithsmith",
      "ann.smithson@example.com",
      "Ann Smith @ Example.com",
      "Example.com!",
      "example1",
    ]],
  ] as const
) {
  for (const password of passwords) {
    Deno.test(`refused: ${JSON.stringify(password.slice(0, 30))}`, () => {
      assertMatch(problem(password), why);
    });
  }
}

Deno.test("every password of the list is refused", () => {
  assertEquals(COMMON_PASSWORDS.size, 1000);
  for (const password of COMMON_PASSWORDS) {
    const refused = passwordProblem(password.toUpperCase(), {
      name: "\u738b\u7487",
      email: "x@example.com",
    });
    assertMatch(refused ?? "", /would guess/);
  }
});

Deno.test("128 characters are few enough however they were typed", () => {
  const decomposed = "e\u0302\u0323 ".repeat(64);
  assertEquals(decomposed.length, 256);
  assertEquals(problem(decomposed.trimEnd()), "");
});

Deno.test("a password of megabytes is refused before it is looked at", () => {
  // Normalised, this was 36 million characters, and the server stood still for ten seconds.
  const huge = "\ufdfa".repeat(2_000_000);
  const { normalize } = String.prototype;
  let longest = 0;
  String.prototype.normalize = function (form?: string) {
    longest = Math.max(longest, this.length);
    return normalize.call(this, form);
  };
  try {
    assertMatch(problem(huge), /at most 128/);
  } finally {
    String.prototype.normalize = normalize;
  }
  assertEquals(longest, 0);
});
