import {
  assert,
  assertEquals,
  assertFalse,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { Builder } from "./dev/mod.ts";
import { app } from "../../fixture/main.ts";
import { define } from "../../fixture/state.ts";

const root = new URL("../../fixture", import.meta.url).href;
const applyBuild = await new Builder({ root }).build({ snapshot: "memory" });
applyBuild(app);
const handler = app.handler();

async function ask(path: string, init?: RequestInit) {
  const response = await handler(new Request(`http://localhost${path}`, init));
  const { status, headers } = response;
  return { status, headers, html: await response.text() };
}

const text = (html: string) => /<body.*<\/body>/s.exec(html)?.[0] ?? html;

Deno.test("pages: without an island a page has no script at all", async () => {
  for (const path of ["/", "/nested", "/docs/intro", "/nope"]) {
    const { html, headers } = await ask(path);
    assertFalse(/<script| on\w+=|modulepreload/.test(html), path);
    assertEquals(headers.get("link"), null);
  }
});

Deno.test("pages: the script of an island carries the nonce of the policy", async () => {
  const { html, headers } = await ask("/counters");
  const nonce = /<script type="module" nonce="(\w{32})">/.exec(html)?.[1];
  assert(nonce);
  assertEquals(html.match(/<script/g)?.length, 1);
  assertStringIncludes(
    headers.get("content-security-policy")!,
    `script-src 'self' 'nonce-${nonce}'`,
  );
});

Deno.test("pages: every script an island needs is announced, lazy ones not", async () => {
  const { html, headers } = await ask("/counters");
  const links = headers.get("link")!.split(", ").map((link) =>
    /<(.*)>; rel="modulepreload"/.exec(link)![1]
  );
  for (const [, file] of html.matchAll(/from"([^"]+)"/g)) {
    assert(links.includes(file), file);
  }
  for (const file of links) {
    const { status, html: code } = await ask(file);
    assertEquals(status, 200);
    assertFalse(code.includes("loaded"));
    for (const [, name] of code.matchAll(/from"\.\/([^"]+)"/g)) {
      assert(links.some((link) => link.endsWith(`/${name}`)), name);
    }
  }
});

Deno.test("pages: props cannot end the script", async () => {
  const { html } = await ask("/counters");
  const script = html.slice(html.indexOf("<script"));
  assertEquals(script.match(/<\/script/g)?.length, 1);
  assertFalse(script.includes("<!--"));
});

Deno.test("pages: layouts nest below _app, where they are not skipped", async () => {
  const nested = await ask("/nested");
  assertMatch(text(nested.html), /class="outer".*class="inner".*nested index/);
  const deep = text((await ask("/nested/deep/7")).html);
  assertMatch(deep, /class="app".*class="deep".*7: /s);
  assertFalse(/outer|inner/.test(deep));
  const bare = (await ask("/bare")).html;
  assertMatch(bare, /<body><p>bare<\/p><\/body>/);
  assertFalse(bare.includes("outer"));
  const group = text((await ask("/inside")).html);
  assertMatch(group, /class="outer".*class="group".*inside a group/s);
});

Deno.test("pages: middlewares run from the outside in, before the page", async () => {
  const { html, headers } = await ask("/nested");
  assertEquals(headers.get("x-trail"), "main nested-1 nested-2");
  assertStringIncludes(html, 'data-trail="main nested-1 nested-2"');
  assertEquals((await ask("/")).headers.get("x-trail"), null);
});

Deno.test("pages: Head replaces what it names, and adds the rest", async () => {
  const { html } = await ask("/nested");
  const head = /<head>(.*)<\/head>/s.exec(html)![1];
  assertEquals(head.match(/<title>.*?<\/title>/g), [
    "<title>Nested page</title>",
  ]);
  assertEquals(head.match(/name="description" content="[^"]*"/g), [
    'name="description" content="Of the page"',
  ]);
  assertMatch(head, /<meta name="robots" content="noindex"\/?>$/);
  assertFalse(text(html).includes("<title>"));
});

Deno.test("pages: parameters are decoded, and the route names its pattern", async () => {
  const { html } = await ask("/nested/deep/7%20x");
  assertStringIncludes(html, "7 x: ");
  assertStringIncludes(html, 'data-route="/nested/deep/:id"');
  assertStringIncludes((await ask("/docs/a/b")).html, "rest=a/b");
  assertStringIncludes((await ask("/list")).html, "page=<");
  assertStringIncludes((await ask("/list/3")).html, "page=3");
});

Deno.test("pages: a handler's data, status and headers reach the page", async () => {
  const body = new URLSearchParams({ said: "<hi>" });
  const sent = await ask("/nested/deep/7", { method: "POST", body });
  assertEquals([sent.status, sent.headers.get("x-form")], [422, "yes"]);
  assertStringIncludes(sent.html, "7: &lt;hi&gt;".replace("&gt;", ">"));
});

Deno.test("pages: methods a route has no handler for are 404", async () => {
  for (const path of ["/api", "/nested/deep/7"]) {
    for (const method of ["DELETE", "OPTIONS"]) {
      assertEquals((await ask(path, { method })).status, 404);
    }
  }
  const head = await ask("/api", { method: "HEAD" });
  assertEquals([head.status, head.html], [200, ""]);
  assertEquals((await ask("/any", { method: "DELETE" })).html, "any DELETE");
});

Deno.test("pages: a route that overrides its path knows its methods", async () => {
  const url = "/at/another/place";
  assertEquals((await ask(url)).html, "overridden");
  assertEquals((await ask("/override")).status, 404);
  assertEquals((await ask(url, { method: "POST" })).status, 405);
  const { status, headers } = await ask(url, { method: "OPTIONS" });
  assertEquals([status, headers.get("allow")], [204, "GET, PUT"]);
});

Deno.test("pages: of the headers of a page the last of a name counts", async () => {
  const { headers } = await ask("/nested/deep/7?cookies");
  assertEquals(headers.getSetCookie(), ["b=2"]);
});

Deno.test("pages: what is thrown is rendered by _error with its status", async () => {
  const refused = await ask("/broken/403");
  assertEquals(refused.status, 403);
  assertMatch(text(refused.html), /class="outer".*Error 403 on purpose/s);
  assertEquals((await ask("/nope")).status, 404);
  const bug = await ask("/broken/bug");
  assertEquals(bug.status, 500);
  assertStringIncludes(bug.html, "Broken");
  assertFalse(bug.html.includes("Secret detail"));
});

Deno.test("pages: an async page is awaited, and may answer itself", async () => {
  assertStringIncludes((await ask("/async")).html, "waited for");
  assertEquals((await ask("/async?answer")).html, "answered");
});

Deno.test("pages: links say when they lead here or above", async () => {
  const { html } = await ask("/nested");
  assertStringIncludes(
    html,
    '<a href="/nested" data-current="true" aria-current="page">',
  );
  assertStringIncludes(
    html,
    '<a href="/" data-ancestor="true" aria-current="true">',
  );
  const part = '<a href="/nested?part=2" data-';
  assertStringIncludes(html, part + "ancestor");
  assertStringIncludes((await ask("/nested?part=2")).html, part + "current");
});

Deno.test("pages: children an island does not show travel in a template", async () => {
  const { html } = await ask("/slots");
  assertMatch(html, /class="content"><!--slot:\d-->\s*<p class="kept"/);
  assertMatch(html, /<template id="fresh-slot-2"><p class="late">/);
});

Deno.test("define: every helper returns what it was given", () => {
  const handlers = { GET: () => new Response() };
  const page = () => null;
  const middleware = () => new Response();
  assert(define.handlers(handlers) === handlers);
  assert(define.page(page) === page);
  assert(define.layout(page) === page);
  assert(define.middleware(middleware) === middleware);
});
