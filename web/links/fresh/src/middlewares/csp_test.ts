import { assertEquals, assertNotEquals } from "@std/assert";
import { h } from "preact";
import { App } from "../app.ts";
import { csp, type CSPOptions } from "./csp.ts";

const HEADER = "content-security-policy";

async function answer(options: CSPOptions, path = "/page") {
  const app = new App()
    .use(csp(options))
    .get("/page", (ctx) => ctx.render(h("style", null, "p{}")))
    .get("/text", (ctx) => ctx.text("text"));
  const response = await app.handler()(new Request(`http://localhost${path}`));
  const text = await response.text();
  return { headers: response.headers, text };
}

function directive(headers: Headers, name: string): string | undefined {
  return headers.get(HEADER)?.split("; ").find((d) => d.startsWith(name));
}

Deno.test("csp: sends a strict policy by default", async () => {
  const { headers } = await answer({});
  assertEquals(directive(headers, "default-src"), "default-src 'self'");
  assertEquals(directive(headers, "object-src"), "object-src 'none'");
  assertEquals(
    directive(headers, "frame-ancestors"),
    "frame-ancestors 'none'",
  );
});

Deno.test("csp: own directives replace those of the same name", async () => {
  const { headers } = await answer({
    csp: ["connect-src 'self' wss://x", "frame-src 'none'"],
  });
  const policy = headers.get(HEADER)!.split("; ");
  assertEquals(policy.filter((d) => d.startsWith("connect-src")), [
    "connect-src 'self' wss://x",
  ]);
  assertEquals(policy.includes("frame-src 'none'"), true);
});

Deno.test("csp: the nonce is the page's own, new for each", async () => {
  const first = await answer({ useNonce: true });
  const second = await answer({ useNonce: true });
  const nonce = /<style nonce="(\w+)">/.exec(first.text)?.[1];
  assertEquals(
    directive(first.headers, "script-src"),
    `script-src 'self' 'nonce-${nonce}'`,
  );
  assertEquals(
    directive(first.headers, "style-src"),
    `style-src 'self' 'nonce-${nonce}'`,
  );
  assertNotEquals(first.headers.get(HEADER), second.headers.get(HEADER));
});

Deno.test("csp: answers that were not rendered have no nonce", async () => {
  const { headers } = await answer({ useNonce: true }, "/text");
  assertEquals(
    directive(headers, "script-src"),
    "script-src 'self' 'unsafe-inline'",
  );
});

Deno.test("csp: the nonce stands only where code or style may be written", async () => {
  const { headers } = await answer({
    csp: ["worker-src 'unsafe-inline'", "style-src-attr 'unsafe-inline'"],
    useNonce: true,
  });
  assertEquals(directive(headers, "worker-src"), "worker-src 'unsafe-inline'");
  assertEquals(
    directive(headers, "style-src-attr")?.startsWith("style-src-attr 'nonce-"),
    true,
  );
});

Deno.test("csp: can only report", async () => {
  const { headers } = await answer({ reportOnly: true, reportTo: "/reports" });
  assertEquals(headers.get(HEADER), null);
  assertEquals(
    headers.get("reporting-endpoints"),
    'csp-endpoint="/reports"',
  );
});
