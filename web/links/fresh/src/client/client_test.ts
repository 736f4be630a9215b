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

/** Notes which elements of the server's markup are taken away. */
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

/** Opens a page of the fixture; `expected` are the errors it should have. */
async function withPage(
  browser: Browser,
  address: string,
  use: (page: Page) => Promise<void>,
  expected: string[] = [],
): Promise<void> {
  const page = await browser.newPage();
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(error.message));
  await page.addInitScript(WATCH);
  await page.goto(address);
  await use(page);
  await page.close();
  assertEquals(errors, expected);
}

const read = (page: Page, selector: string) =>
  page.locator(selector).first().textContent();

async function sharesSignals(page: Page): Promise<void> {
  await page.click("#one button:enabled");
  await page.click("#two button:enabled");
  for (const id of ["#one", "#two"]) {
    assertEquals(await read(page, `${id} button`), "5");
    assertEquals(await read(page, `${id} output`), "10");
  }
  assertEquals(await read(page, "#one span"), "</script><!-- <script>");
  assertEquals(await page.evaluate("removed"), []);
  assert(await page.evaluate("first === document.querySelector('#one')"));
}

async function loadsLater(page: Page): Promise<void> {
  const files: string[] = [];
  await page.locator("#one button:enabled").first().waitFor();
  page.on("request", (request) => files.push(request.url()));
  await page.click("#one .load");
  await page.getByText("Load loaded").waitFor();
  assertEquals(files.length, 1);
}

async function keepsChildren(page: Page): Promise<void> {
  await page.click("#inner button:enabled");
  assertEquals(await read(page, "#inner output"), "4");
  assertEquals(await read(page, ".kept b"), "server");
  assertEquals(await page.evaluate("removed"), []);

  const [first, second] = await page.locator(".box > button").all();
  await second.click();
  assertEquals(await read(page, "p.late"), "shown later");
  await first.click();
  await page.locator(".kept").waitFor({ state: "detached" });
  await first.click();
  assertEquals(await read(page, "#inner output"), "4");
}

async function survivesOthers(page: Page): Promise<void> {
  await page.click("#whole button:enabled");
  assertEquals(await read(page, "#whole output"), "2");
}

Deno.test({
  name: "browser: islands",
  ignore: !executablePath,
  async fn(t) {
    const root = new URL("../../../fixture", import.meta.url).href;
    (await new Builder({ root }).build({ snapshot: "memory" }))(app);
    const options = { port: 0, hostname: "127.0.0.1", onListen() {} };
    await using server = Deno.serve(options, app.handler());
    const base = `http://127.0.0.1:${server.addr.port}`;
    const args = ["--no-sandbox"];
    const browser = await chromium.launch({ executablePath, args });
    try {
      await t.step(
        "take over their markup in place and share signals",
        () => withPage(browser, `${base}/counters`, sharesSignals),
      );
      await t.step(
        "load what they import later when they ask for it",
        () => withPage(browser, `${base}/counters`, loadsLater),
      );
      await t.step(
        "keep the children the server gave them",
        () => withPage(browser, `${base}/slots`, keepsChildren),
      );
      await t.step(
        "do not break with another one",
        () =>
          withPage(browser, `${base}/partly-broken`, survivesOthers, [
            "broken on purpose",
          ]),
      );
    } finally {
      await browser.close();
    }
  },
});
