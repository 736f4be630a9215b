import { assertEquals, assertStringIncludes } from "@std/assert";
import { h } from "preact";
import { App } from "./app.ts";
import type { Context } from "./context.ts";
import { HttpError } from "./http_error.ts";

interface State {
  trail: string[];
}

const ask = (app: App<State>, path: string, init?: RequestInit) =>
  app.handler()(new Request(`http://localhost${path}`, init));

function step(name: string) {
  return (ctx: Context<State>) => {
    (ctx.state.trail ??= []).push(name);
    return ctx.next();
  };
}

const trail = (ctx: Context<State>) => ctx.text(ctx.state.trail.join(" "));

Deno.test("app: middlewares run in order, those of a path only below it", async () => {
  const app = new App<State>()
    .use(step("all"), step("second"))
    .use("/admin", step("admin"))
    .get("/", trail)
    .get("/admin", trail)
    .get("/admin/users/:id", trail)
    .use(step("late"))
    .get("/last", trail);
  const texts = ["/", "/admin", "/admin/users/1", "/last"].map(async (path) =>
    (await ask(app, path)).text()
  );
  assertEquals(await Promise.all(texts), [
    "all second",
    "all second admin",
    "all second admin",
    "all second late",
  ]);
});

Deno.test("app: middlewares of the root also see paths without a route", async () => {
  const app = new App<State>().use(async (ctx) => {
    try {
      return await ctx.next();
    } catch (error) {
      return ctx.json(error instanceof HttpError && error.status);
    }
  }).get("/known", trail);
  assertEquals(await (await ask(app, "/unknown")).json(), 404);
  const wrongMethod = await ask(app, "/known", { method: "POST" });
  assertEquals(await wrongMethod.json(), 405);
});

Deno.test("app: a method a path does not have is 405, OPTIONS lists them", async () => {
  const app = new App<State>().get("/a", trail).put("/a", trail);
  assertEquals((await ask(app, "/a", { method: "POST" })).status, 405);
  const options = await ask(app, "/a", { method: "OPTIONS" });
  assertEquals([options.status, options.headers.get("allow")], [
    204,
    "GET, PUT",
  ]);
});

Deno.test("app: HEAD has the headers of GET and no body", async () => {
  const app = new App<State>()
    .get("/", (ctx) => ctx.text("body", { headers: { "x-own": "1" } }));
  const response = await ask(app, "/", { method: "HEAD" });
  assertEquals(await response.text(), "");
  assertEquals(response.headers.get("x-own"), "1");
});

Deno.test("app: HEAD says no length but that of GET", async () => {
  const app = new App<State>()
    .get("/page", (ctx) => ctx.html("<p>A page</p>"))
    .get("/empty", () => new Response(null))
    .get(
      "/file",
      () => new Response("file", { headers: { "content-length": "4" } }),
    );
  await using server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    app.handler(),
  );
  const lengths = await Promise.all(
    ["/page", "/empty", "/file"].map(async (path) => {
      const at = `http://127.0.0.1:${server.addr.port}${path}`;
      const { headers, body } = await fetch(at, { method: "HEAD" });
      await body?.cancel();
      return headers.get("content-length");
    }),
  );
  assertEquals(lengths, [null, "0", "4"]);
});

Deno.test("app: HEAD drops what GET answers, and does not end it", async () => {
  let isCancelled = false;
  const body = new ReadableStream({ cancel: () => void (isCancelled = true) });
  const app = new App<State>().get("/", () => new Response(body))
    .head("/own", () => new Response(null, { headers: { "x-own": "1" } }));
  await ask(app, "/", { method: "HEAD" });
  assertEquals(isCancelled, false);
  const own = await ask(app, "/own", { method: "HEAD" });
  assertEquals(own.headers.get("x-own"), "1");
});

Deno.test("app: all() takes every method", async () => {
  const app = new App<State>().all("/x", (ctx) => ctx.text(ctx.req.method));
  const response = await ask(app, "/x", { method: "PATCH" });
  assertEquals(await response.text(), "PATCH");
});

Deno.test("app: errors say their status, and nothing of what broke", async (t) => {
  const app = new App<State>()
    .get("/teapot", () => {
      throw new HttpError(418, "Short and stout");
    })
    .get("/bare", () => {
      throw new HttpError(403);
    });
  const teapot = await ask(app, "/teapot");
  assertEquals([teapot.status, await teapot.text()], [418, "Short and stout"]);
  assertEquals(await (await ask(app, "/bare")).text(), "Forbidden");

  await t.step("an unexpected one is logged for the operator", async () => {
    app.get("/bug", () => {
      throw new Error("secret");
    });
    const { error } = console;
    const logged: unknown[] = [];
    console.error = (...args) => logged.push(...args);
    try {
      const bug = await ask(app, "/bug");
      assertEquals([bug.status, await bug.text()], [
        500,
        "Internal server error",
      ]);
    } finally {
      console.error = error;
    }
    assertEquals(logged.map(String), ["Error: secret"]);
  });
});

Deno.test("app: onError and notFound answer with what went wrong", async () => {
  const app = new App<State>()
    .onError("/", (ctx) => ctx.text(`caught ${ctx.error}`, { status: 500 }))
    .notFound((ctx) => ctx.text("nothing", { status: 404 }))
    .get("/bug", () => {
      throw new Error("a bug");
    });
  assertEquals(await (await ask(app, "/bug")).text(), "caught Error: a bug");
  assertEquals(await (await ask(app, "/none")).text(), "nothing");
});

Deno.test("app: an app can be mounted below a path", async () => {
  const inner = new App<State>().use(step("inner")).get("/", trail)
    .get("/:id", trail);
  const app = new App<State>().use(step("outer")).mountApp("/in", inner)
    .get("/out", trail);
  assertEquals(await (await ask(app, "/in")).text(), "outer inner");
  assertEquals(await (await ask(app, "/in/3")).text(), "outer inner");
  assertEquals(await (await ask(app, "/out")).text(), "outer");
});

const REDIRECTS: [to: string, location: string][] = [
  ["/rooms?next=//x#//y", "/rooms?next=//x#//y"],
  ["//evil.example/", "/evil.example/"],
  ["/\\evil.example/", "/evil.example/"],
  ["/a//b", "/a/b"],
  ["https://example.org/", "https://example.org/"],
];

for (const [to, location] of REDIRECTS) {
  Deno.test(`redirect: to ${to}`, async () => {
    const app = new App<State>().get("/", (ctx) => ctx.redirect(to, 303));
    const response = await ask(app, "/");
    assertEquals([response.status, response.headers.get("location")], [
      303,
      location,
    ]);
  });
}

Deno.test("app: forwarded addresses are believed only when asked to", async () => {
  const headers = {
    "x-forwarded-proto": "https",
    "x-forwarded-host": "chat.example",
  };
  for (const trustProxy of [false, true]) {
    const app = new App<State>({ trustProxy })
      .get("/", (ctx) => ctx.text(ctx.url.origin));
    const response = await ask(app, "/", { headers });
    const expected = trustProxy ? "https://chat.example" : "http://localhost";
    assertEquals(await response.text(), expected);
  }
});

Deno.test("app: base paths come before every route", async () => {
  const app = new App<State>({ basePath: "/app" }).get("/x/:id", trail)
    .use((ctx) => ctx.text(String(ctx.route)))
    .get("/y", trail);
  assertEquals(await (await ask(app, "/app/y")).text(), "/app/y");
});

Deno.test("app: JSX without _app becomes a whole document", async () => {
  const app = new App<State>().get("/", (ctx) => ctx.render(h("p", null, "<")));
  const response = await ask(app, "/");
  assertEquals(
    await response.text(),
    '<!DOCTYPE html><html><head><meta charset="utf-8"/></head>' +
      "<body><p>&lt;</p></body></html>",
  );
  assertEquals(
    response.headers.get("content-type"),
    "text/html; charset=utf-8",
  );
});

Deno.test("app: stream() sends text and bytes as they come", async () => {
  const app = new App<State>().get("/", (ctx) =>
    ctx.stream(async function* () {
      yield "a";
      yield await Promise.resolve("b");
    }));
  assertStringIncludes(await (await ask(app, "/")).text(), "ab");
});
