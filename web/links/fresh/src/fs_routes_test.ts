import { assertEquals, assertThrows } from "@std/assert";
import { compareRoutes } from "./fs_routes.ts";
import { patternOf } from "./route_pattern.ts";

const PATTERNS: [id: string, pattern: string, withGroups: string][] = [
  ["/rooms", "/rooms", "/rooms"],
  ["/rooms/[id]", "/rooms/:id", "/rooms/:id"],
  ["/rooms/[id]/members", "/rooms/:id/members", "/rooms/:id/members"],
  ["/docs/[...path]", "/docs/:path*", "/docs/:path*"],
  ["/list/[[page]]", "/list{/:page}?", "/list{/:page}?"],
  ["/(shop)/cart", "/cart", "/(shop)/cart"],
  ["/(shop)", "/", "/(shop)"],
  ["/[[page]]", "/{:page}?", "/{:page}?"],
  [".well-known/jwks.json", "/.well-known/jwks.json", "/.well-known/jwks.json"],
];

for (const [id, pattern, withGroups] of PATTERNS) {
  Deno.test(`file routes: ${id} is ${pattern}`, () => {
    assertEquals(patternOf(id), pattern);
    assertEquals(patternOf(id, "with groups"), withGroups);
  });
}

Deno.test("file routes: parameters that cannot be told apart are refused", () => {
  assertThrows(() => patternOf("/[a][b]"), SyntaxError);
  assertThrows(() => patternOf("/x-[[a]]"), SyntaxError);
});

Deno.test("file routes: what is fixed comes before what is not", () => {
  const ids = ["/[...all]", "/[id]", "/(g)/about", "/[id]/x", "/about/[x]"];
  assertEquals(ids.toSorted(compareRoutes), [
    "/about/[x]",
    "/(g)/about",
    "/[id]/x",
    "/[id]",
    "/[...all]",
  ]);
});
