import { assertEquals, assertThrows } from "@std/assert";
import { Router } from "./router.ts";

function router(...patterns: string[]): Router<string> {
  const made = new Router<string>();
  for (const pattern of patterns) made.add("GET", pattern, pattern);
  return made;
}

const CASES: [pattern: string, path: string, params: unknown][] = [
  ["/rooms/:id", "/rooms/7", { id: "7" }],
  ["/rooms/:id", "/rooms/7/", null],
  ["/rooms/:id", "/rooms", null],
  ["/rooms/:id", "/rooms/7/members", null],
  ["/rooms/:id/members/:who", "/rooms/7/members/9", { id: "7", who: "9" }],
  ["/docs/:path*", "/docs/a/b", { path: "a/b" }],
  ["/docs/:path*", "/docs", { path: "" }],
  ["/docs/:path*", "/docs/", null],
  ["/list{/:page}?", "/list", { page: "" }],
  ["/list{/:page}?", "/list/2", { page: "2" }],
  ["/{:page}?", "/", { page: "" }],
  ["/number/:n(\\d+)", "/number/12", { n: "12" }],
  ["/number/:n(\\d+)", "/number/twelve", null],
  ["/files/*", "/files/a/b", {}],
  ["/names/:name", "/names/%E4%BD%A0", { name: "你" }],
  ["/names/:name", "/names/a%2Fb", { name: "a%2Fb" }],
  ["/names/:name", "/names/%zz", { name: "%zz" }],
];

for (const [pattern, path, params] of CASES) {
  Deno.test(`router: ${pattern} and ${path}`, () => {
    const match = router(pattern).match("GET", path);
    assertEquals(match.item ? match.params : null, params);
  });
}

Deno.test("router: fixed paths win over parameters registered earlier", () => {
  const match = router("/rooms/:id", "/rooms/new").match("GET", "/rooms/new");
  assertEquals(match.item, "/rooms/new");
});

Deno.test("router: of two that fit, the first registered counts", () => {
  const made = router("/:a/x", "/:b/:c");
  assertEquals(made.match("GET", "/1/x").item, "/:a/x");
  assertEquals(made.match("GET", "/1/y").item, "/:b/:c");
});

Deno.test("router: a known path without the method says which it has", () => {
  const made = router("/rooms/:id");
  made.add("PUT", "/rooms/:id", "put");
  const match = made.match("DELETE", "/rooms/1");
  assertEquals([match.item, match.methods], [undefined, ["GET", "PUT"]]);
});

Deno.test("router: HEAD is answered by GET unless it has its own", () => {
  const made = router("/a", "/b");
  made.add("HEAD", "/b", "head");
  assertEquals(made.match("HEAD", "/a").item, "/a");
  assertEquals(made.match("HEAD", "/b").item, "head");
});

Deno.test("router: a last slash counts after a parameter, and nowhere else", () => {
  const made = router("/rooms", "/login/", "/rooms/:id");
  assertEquals(made.match("GET", "/rooms/").item, "/rooms");
  assertEquals(made.match("GET", "/login").item, "/login/");
  assertEquals(made.match("GET", "/rooms/7/").item, undefined);
});

Deno.test("router: patterns it cannot match are refused, not ignored", () => {
  assertThrows(() => router("/a-:b"), SyntaxError, "/a-:b");
  assertThrows(() => router("/a/:b+"), SyntaxError, "/a/:b+");
});
