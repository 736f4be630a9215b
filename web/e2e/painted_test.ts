import { assert, assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { openStage } from "../bench/first-visit/stage.ts";
import { openBrowser, openContext } from "./browser.ts";
import { live } from "./people.ts";

const here = fileURLToPath(new URL("../..", import.meta.url));

type Noted = typeof globalThis & { order: string[] };

/** Notes which comes first, a frame or a socket. */
const NOTE = `window.order = [];
requestAnimationFrame(() => order.push("frame"));
const Socket = WebSocket;
window.WebSocket = class extends Socket {
  constructor(url) { super(url); order.push("socket"); }
};`;

/** A page that was opened in the background: no frame is ever drawn there. */
const HIDDEN = `Object.defineProperty(document, "hidden", { get: () => true });
window.requestAnimationFrame = () => 0;`;

/** When the worker was asked for the stylesheet, once for each time: 0, it was not. */
const styles = (page: Page) =>
  page.evaluate(() =>
    performance.getEntriesByType("resource")
      .filter(({ name }) => name.includes("/styles.css"))
      .map((entry) => (entry as PerformanceResourceTiming).workerStart)
  );

Deno.test({
  name: "a room is painted before its scripts run, by the styles in memory",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn(t) {
    const stage = await openStage(here);
    const browser = await openBrowser();
    const { url, session, rooms: [room, next] } = stage;
    const visit = async (script: string) => {
      const { context, problems } = await openContext(browser, url);
      await context.addCookies([{ ...session, url }]);
      const page = await context.newPage();
      await page.addInitScript(script);
      await page.goto(room);
      await live(page);
      return { context, page, problems };
    };
    const click = async (page: Page, path: string) => {
      await page.locator(`.sidebar a[href="${path}"]`).click();
      await page.waitForURL(`**${path}`);
      await live(page);
    };
    try {
      await t.step(
        "the worker is asked for the styles before the next room needs them",
        async () => {
          const { context, page, problems } = await visit(NOTE);
          // The browser looks at none of what came before the worker did.
          await page.waitForFunction(() =>
            performance.getEntriesByType("resource").some((entry) =>
              entry.name.includes("/styles.css") &&
              (entry as PerformanceResourceTiming).workerStart > 0
            )
          );
          const width = () => page.locator(".sidebar").evaluate(widthOf);
          const before = await width();
          await click(page, next);
          assertEquals(await styles(page), [0]);
          assertEquals(await width(), before);
          // Its scripts are in memory as well by the next one.
          await click(page, room);
          assertEquals(await styles(page), [0]);
          const order = await page.evaluate(() => (globalThis as Noted).order);
          assertEquals(order.slice(0, 2), ["frame", "socket"]);
          assertEquals(problems, []);
          await context.close();
        },
      );

      await t.step("one in the background is live all the same", async () => {
        const { context, page } = await visit(HIDDEN);
        assert(await page.locator(".room.alive").isVisible());
        await context.close();
      });
    } finally {
      await browser.close();
      await stage.close();
    }
  },
});

const widthOf = (box: Element) => box.getBoundingClientRect().width;
