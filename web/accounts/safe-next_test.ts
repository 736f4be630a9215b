import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { safeNext } from "./safe-next.ts";

for (
  const path of [
    "/",
    "/rooms/1?before=2#m3",
    "/invitations/a-b_c",
    "/login?next=%2Frooms",
    "/a//b",
  ]
) {
  Deno.test(`goes on to ${path}`, () => {
    assertEquals(safeNext(path, "/rooms"), path);
  });
}

for (
  const path of [
    null,
    "",
    "rooms",
    "//evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "/\n//evil.example",
    "https://evil.example",
    "javascript:alert(1)",
    " /rooms",
    "/.//evil.example",
    "/a/..//evil.example",
    "/rooms\r\nset-cookie: a=b",
  ]
) {
  Deno.test(`does not go on to ${JSON.stringify(path)}`, () => {
    assertEquals(safeNext(path, "/rooms"), "/rooms");
  });
}

Deno.test("whatever is asked for, the browser stays on this site", () => {
  const piece = fc.constantFrom("/", "\\", ".", "..", "@", ":", "\t", "a", "?");
  const path = fc.array(piece, { maxLength: 8 }).map((all) =>
    "/" + all.join("")
  );
  fc.assert(
    fc.property(fc.oneof(path, fc.webUrl(), fc.string()), (text) => {
      const next = safeNext(text, "/rooms");
      assert(next.startsWith("/"));
      assertEquals(
        new URL(next, "https://chat.example/login").origin,
        "https://chat.example",
      );
    }),
    { numRuns: 2_000 },
  );
});
