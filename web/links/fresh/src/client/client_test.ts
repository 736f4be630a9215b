import { assert, assertEquals } from "@std/assert";
import { type Browser, chromium, type Page } from "playwright-core";
import { Builder } from "../dev/mod.ts";
import { app } from "../../../fixture/main.ts";

const CHROMIUM = ["/usr/bin/chromium", "/usr/bin/chromium-browser"];
const executablePath = CHROMIUM.find((path) => {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false; // not installed there
  }
});

/** Notes which nodes of the server's markup are taken away. */
const WATCH = `
  window.removed = [];
  addEventListener("DOMContentLoaded", () => {
    window.first = document.querySelector("section, .box");
    new MutationObserver((list) => {
      for (const { removedNodes } of list) {
        for (const node of removedNodes) {
          if (node.nodeType === 1) window.removed.push(node.outerHTML);
        }
      }
    }).observe(document.body, { childList: true, subtree: true });
  });`;

/** Opens a page of the fixture, once its islands are alive. */
async function withPage(
  path: string,
  use: (page: Page) => Promise<void>,
  expectedErrors: string[] = [],
): Promise<void> {
  const root = new URL("../../../fixture", import.meta.url).href;
  (await new Builder({ root }).build({ snapshot: "memory" }))(app);
  const options = { port: 0, hostname: "127.0.0.1", onListen() {} };
  await using server = Deno.serve(options, app.handler());
  const browser: Browser = await chromium.launch({
    executablePath,
    args: ["--no-sandbox"],
  });
  try {
    const page = await browser.newPage();
    const errors: string[] = [];
    page.on("pageerror", (error) => errors.push(error.message));
    await page.addInitScript(WATCH);
    await page.goto(`http://127.0.0.1:${server.addr.port}${path}`);
    await use(page);
    assertEquals(errors, expectedErrors);
  } finally {
    await browser.close();
  }
}

const read = (page: Page, selector: string) =>
  page.locator(selector).first().textContent();

Deno.test({
  name: "browser: islands take over their markup in place and share signals",
  ignore: !executablePath,
  fn: () =>
    withPage("/counters", async (page) => {
      await page.click("#one button:enabled");
      await page.click("#two button:enabled");
      for (const id of ["#one", "#two"]) {
        assertEquals(await read(page, `${id} button`), "5");
        assertEquals(await read(page, `${id} output`), "10");
      }
      assertEquals(await read(page, "#one span"), "</script><!-- <script>");
      assertEquals(await page.evaluate("removed"), []);
      assert(await page.evaluate("first === document.querySelector('#one')"));
    }),
});

Deno.test({
  name: "browser: what an island imports later is loaded when it asks",
  ignore: !executablePath,
  fn: () =>
    withPage("/counters", async (page) => {
      const files: string[] = [];
      await page.locator("#one button:enabled").first().waitFor();
      page.on("request", (request) => files.push(request.url()));
      await page.click("#one .load");
      await page.getByText("Load loaded").waitFor();
      assertEquals(files.length, 1);
    }),
});

Deno.test({
  name: "browser: the server's children of an island live on in it",
  ignore: !executablePath,
  fn: () =>
    withPage("/slots", async (page) => {
      await page.click("#inner button:enabled");
      assertEquals(await read(page, "#inner output"), "4");
      assertEquals(await read(page, ".kept b"), "server");
      assertEquals(await page.evaluate("removed"), []);

      const [first, second] = await page.locator(".box > button").all();
      await second.click();
      assertEquals(await read(page, "p.late"), "shown later");
      await first.click();
      assertEquals(await page.locator(".kept").count(), 0);
      await first.click();
      assertEquals(await read(page, "#inner output"), "4");
    }),
});

Deno.test({
  name: "browser: an island that breaks does not take the others with it",
  ignore: !executablePath,
  fn: () =>
    withPage("/partly-broken", async (page) => {
      await page.click("#whole button:enabled");
      assertEquals(await read(page, "#whole output"), "2");
    }, ["broken on purpose"]),
});
