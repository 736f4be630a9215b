import {
  assert,
  assertEquals,
  assertFalse,
  assertMatch,
  assertNotEquals,
} from "@std/assert";
import { App, setBuildCache } from "../app.ts";
import { asset } from "../asset.ts";
import { Builder } from "../dev/mod.ts";
import { staticFiles } from "./static_files.ts";

const FOR_EVER = "public, max-age=31536000, immutable";
const NEVER = "no-cache, no-store, max-age=0, must-revalidate";

const root = new URL("../../../fixture", import.meta.url).href;
const applyBuild = await new Builder({ root }).build({ snapshot: "memory" });
const app = new App().use(staticFiles())
  .all("*", (ctx) => ctx.text("no file", { status: 404 }));
applyBuild(app);
const handler = app.handler();

async function ask(path: string, init?: RequestInit) {
  const response = await handler(new Request(`http://localhost${path}`, init));
  const { status, headers } = response;
  return { status, headers, text: await response.text() };
}

Deno.test("static files: a plain address is asked again each time", async () => {
  const { status, headers, text } = await ask("/style.css");
  assertEquals(status, 200);
  assertEquals(headers.get("content-type"), "text/css; charset=utf-8");
  assertEquals(headers.get("cache-control"), NEVER);
  assertEquals(
    headers.get("content-length"),
    String(new TextEncoder().encode(text).byteLength),
  );
});

Deno.test("static files: an asset() address may be kept for ever", async () => {
  const address = asset("/style.css");
  assertMatch(address, /^\/style\.css\?__frsh_c=\w{16}$/);
  const { headers } = await ask(address);
  assertEquals(headers.get("cache-control"), FOR_EVER);
});

Deno.test("static files: the asset of another build leads to this one's", async () => {
  const { status, headers } = await ask("/style.css?__frsh_c=other&x=1");
  assertEquals([status, headers.get("location")], [307, "/style.css?x=1"]);
});

Deno.test("static files: scripts of islands may be kept for ever", async () => {
  const build = new URL(asset("/x"), "http://x").searchParams.get("__frsh_c");
  const { status, headers } = await ask(`/_fresh/js/${build}/Counter.js`);
  assertEquals(status, 200);
  assertEquals(headers.get("cache-control"), FOR_EVER);
  assertEquals(headers.get("content-type"), "text/javascript; charset=utf-8");
});

Deno.test("static files: what the browser has already is not sent again", async () => {
  const etag = (await ask("/style.css")).headers.get("etag")!;
  assertMatch(etag, /^W\/"\w+"$/);
  for (const known of [etag, etag.slice(2), `"other", ${etag}`]) {
    const again = await ask("/style.css", {
      headers: { "if-none-match": known },
    });
    assertEquals([again.status, again.text], [304, ""]);
  }
  const other = await ask("/style.css", {
    headers: { "if-none-match": '"other"' },
  });
  assertEquals(other.status, 200);
  assertNotEquals(etag, (await ask("/dot.png")).headers.get("etag"));
});

Deno.test("static files: development caches nothing", async () => {
  const dev = new App({ mode: "development" }).use(staticFiles());
  applyBuild(dev);
  const request = new Request(`http://localhost${asset("/style.css")}`);
  const response = await dev.handler()(request);
  await response.body?.cancel();
  assertEquals(response.headers.get("cache-control"), NEVER);
  assertEquals(response.headers.get("etag"), null);
});

Deno.test("static files: only GET and HEAD", async () => {
  const head = await ask("/style.css", { method: "HEAD" });
  assertEquals([head.status, head.text], [200, ""]);
  assert(Number(head.headers.get("content-length")) > 100);
  assertEquals((await ask("/style.css", { method: "POST" })).status, 405);
});

Deno.test("static files: names are found however they are encoded", async () => {
  for (const path of ["/sub/a,b%20c.txt", "/sub/a%2Cb%20c.txt"]) {
    assertEquals((await ask(path)).text, "a, b\n");
  }
});

const OUTSIDE = [
  "/../main.ts",
  "/..%2fmain.ts",
  "/%2e%2e%2fmain.ts",
  "/sub/..%2f..%2fmain.ts",
  "/..%5cmain.ts",
  "//etc/passwd",
  "/%2fetc%2fpasswd",
  "/.hidden",
  "/sub/..%2f.hidden",
  "/sub",
  "/%zz",
  "/style.css%00",
  "/__proto__",
];

for (const path of OUTSIDE) {
  Deno.test(`static files: nothing is served for ${path}`, async () => {
    const { status, text } = await ask(path);
    assertEquals([status, text], [404, "no file"]);
  });
}

Deno.test("static files: a favicon that is not there costs no page", async () => {
  assertEquals((await ask("/favicon.ico")).text, "");
});

Deno.test("static files: a file that is not sent is closed", async () => {
  let open = 0;
  const dev = new App().use(staticFiles());
  setBuildCache(dev, {
    root: ".",
    liveReload: false,
    islands: new Map(),
    client: {
      boot: { file: "", needs: [] },
      signals: { file: "", needs: [] },
      slots: { file: "", needs: [] },
    },
    fsRoutes: () => [],
    readFile() {
      open++;
      const body = new Uint8Array();
      const close = () => void open--;
      return Promise.resolve({
        ...{ body, close, size: 0, hash: "a" },
        contentType: "text/plain",
      });
    },
  }, "production");
  const request = (init: RequestInit) =>
    dev.handler()(new Request("http://localhost/x", init));
  await request({ method: "HEAD" });
  await request({ method: "POST" });
  await request({ headers: { "if-none-match": '"a"' } });
  assertEquals(open, 0);
  assertFalse((await request({})).bodyUsed);
});
