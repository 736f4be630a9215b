import { assertEquals, assertMatch } from "@std/assert";
import { ROUTES } from "../../access/table.ts";
import { testApp } from "../testing/app.ts";

const CASES: [path: string, method: string, allow: string][] = [
  ["/login", "DELETE", "GET, HEAD, POST, OPTIONS"],
  ["/logout", "GET", "POST, OPTIONS"],
  ["/logout", "HEAD", "POST, OPTIONS"],
  ["/healthz", "PUT", "GET, HEAD, OPTIONS"],
  ["/api/invitations", "GET", "POST, PATCH, OPTIONS"],
];

Deno.test("a method an address does not take is refused, and those it takes are named", async () => {
  await using app = await testApp();
  for (const [path, method, allow] of CASES) {
    const { status, headers } = await app.ask(path, { method });
    assertEquals([status, headers.get("allow")], [405, allow], path);
    const options = await app.ask(path, { method: "OPTIONS" });
    assertEquals([options.status, options.headers.get("allow")], [204, allow]);
  }
  const page = await app.ask("/logout");
  assertEquals(page.headers.get("content-type"), "text/html; charset=utf-8");
  // People get there by the address bar.
  assertMatch(await page.text(), /a button on one of our pages/);
});

Deno.test("OPTIONS says of every address what the table says, and is no page", async () => {
  await using app = await testApp();
  for (const [route, { methods }] of Object.entries(ROUTES)) {
    const path = route.replaceAll(/:\w+/g, "x");
    const answer = await app.ask(path, { method: "OPTIONS" });
    const told = (answer.headers.get("allow") ?? "").split(", ").sort();
    const head = methods.includes("GET") ? ["HEAD"] : [];
    assertEquals([path, answer.status, await answer.text(), told], [
      path,
      204,
      "",
      [...methods, ...head, "OPTIONS"].sort(),
    ]);
  }
});
