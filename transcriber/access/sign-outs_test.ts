import { assertEquals } from "@std/assert";
import { SignOuts } from "./sign-outs.ts";

const session = { userId: "ada", sid: "s1", issuedAt: 100 };

Deno.test("a session ends by its name, with all others, and not when it is the one kept", () => {
  const ended = (which: { sid?: string; keep?: string }, at = 200_000) => {
    const signOuts = new SignOuts(() => at);
    signOuts.add({ userId: "ada", ...which });
    return signOuts.has(session);
  };
  assertEquals(ended({ sid: "s1" }), true);
  assertEquals(ended({ sid: "s2" }), false);
  assertEquals(ended({}), true);
  assertEquals(ended({ keep: "s1" }), false);
  assertEquals(ended({ keep: "s2" }), true);
  assertEquals(ended({}, 99_000), false, "who signed in again since");
});

Deno.test("an end is about one person, and is forgotten once no token is left", () => {
  let now = 200_000;
  const signOuts = new SignOuts(() => now);
  signOuts.add({ userId: "ada" });
  assertEquals(signOuts.has({ ...session, userId: "bob" }), false);
  now += 6 * 60_000;
  signOuts.add({ userId: "bob" });
  assertEquals(signOuts.has(session), false);
});
