import { assertEquals } from "@std/assert";
import { App } from "../app.ts";
import { csrf, type CsrfOptions } from "./csrf.ts";

const OWN = "https://chat.example";
const OTHER = "https://evil.example";

type Case = [
  method: string,
  site: string | null,
  origin: string | null,
  status: number,
];

async function statusOf(
  [method, site, origin]: Case,
  options?: CsrfOptions<unknown>,
): Promise<number> {
  const headers = new Headers();
  if (site) headers.set("sec-fetch-site", site);
  if (origin) headers.set("origin", origin);
  const app = new App().use(csrf(options)).all("/", () => new Response("ok"));
  const request = new Request(`${OWN}/`, { method, headers });
  return (await app.handler()(request)).status;
}

const CASES: Case[] = [
  ["GET", "cross-site", OTHER, 200],
  ["HEAD", "cross-site", OTHER, 200],
  ["OPTIONS", "cross-site", OTHER, 200],
  ["POST", "same-origin", OWN, 200],
  ["POST", "same-origin", null, 200],
  ["POST", "none", null, 200],
  ["POST", "same-site", "https://other.chat.example", 403],
  ["POST", "cross-site", OTHER, 403],
  ["POST", "cross-site", null, 403],
  ["POST", "cross-site", "null", 403],
  ["POST", null, OWN, 200],
  ["POST", null, OTHER, 403],
  ["POST", null, "null", 403],
  ["POST", null, null, 200],
  ["PUT", "cross-site", OTHER, 403],
  ["PATCH", "cross-site", OTHER, 403],
  ["DELETE", "cross-site", OTHER, 403],
];

for (const test of CASES) {
  const [method, site, origin, status] = test;
  Deno.test(`csrf: ${method}, site ${site}, origin ${origin} is ${status}`, async () => {
    assertEquals(await statusOf(test), status);
  });
}

Deno.test("csrf: other origins can be allowed by name, list or function", async () => {
  const allowed: Case = ["POST", "cross-site", OTHER, 200];
  assertEquals(await statusOf(allowed, { origin: OTHER }), 200);
  assertEquals(await statusOf(allowed, { origin: [OWN, OTHER] }), 200);
  assertEquals(
    await statusOf(allowed, { origin: (o) => o.endsWith(".example") }),
    200,
  );
  assertEquals(await statusOf(allowed, { origin: OWN }), 403);
});
