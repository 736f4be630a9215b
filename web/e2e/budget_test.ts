import { assert, assertEquals } from "@std/assert";
import { brotliCompressSync } from "node:zlib";
import { openBrowser, openContext } from "./browser.ts";
import { selfieFile } from "./media.ts";
import { ada, createRoom, live, send, signUp } from "./people.ts";
import { startStack } from "./stack.ts";

const brotli = (text: string) =>
  brotliCompressSync(new TextEncoder().encode(text)).length;

Deno.test({
  name: "pages keep the budgets of JavaScript and CSS",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    const folder = await Deno.makeTempDir({ prefix: "chatsphere-media-" });
    const stack = await startStack();
    const browser = await openBrowser();
    try {
      const { context } = await openContext(browser, stack.url);
      const page = await context.newPage();
      await signUp(page, ada, { file: await selfieFile(folder, "ada") });
      const room = await createRoom(page, "Budget");
      // A script of a page that is left while it loads has no text: listen from a quiet one.
      await page.goto("/outbox", { waitUntil: "networkidle" });
      const scripts = new Map<string, Promise<string>>();
      page.on("response", (response) => {
        const type = response.request().resourceType();
        // What runs in another thread is in a script that is counted.
        if (response.url().startsWith("blob:")) return;
        if (type === "script") scripts.set(response.url(), response.text());
      });
      const bytesOf = async (texts: Iterable<Promise<string>>) =>
        (await Promise.all(texts))
          .reduce((sum, text) => sum + brotli(text), 0);
      const scriptBytes = async (path: string) => {
        scripts.clear();
        await page.goto(path, { waitUntil: "networkidle" });
        return await bytesOf(scripts.values());
      };
      // What the room asks for in idle moments, once text is live, is held back, so that text
      // is seen to be live without it; the budget of the room leaves it out.
      const idle = /\/_fresh\/js\/[^/]+\/later-\w+\.js$/;
      const held = Promise.withResolvers<void>();
      await page.route(idle, async (route) => {
        await held.promise;
        await route.continue();
      });
      scripts.clear();
      await page.goto(room);
      await live(page);
      await send(page, "Live");
      await page.locator(".message:not(.sending)", { hasText: "Live" })
        .waitFor();
      const roomBytes = await bytesOf(scripts.values());
      held.resolve();
      // The part that edits comes last.
      await page.waitForResponse(/Extras-\w+\.js$/);
      const restBytes = await bytesOf(scripts.values()) - roomBytes;
      assert(restBytes > 0);
      await page.unroute(idle);
      const listBytes = await scriptBytes("/rooms");
      const none = [
        "/rooms/new",
        `${room}/members`,
        `${room}/search`,
        `${room}/files`,
        "/search?q=live",
        "/share?text=live",
        `${room}/around/1`,
        "/docs",
        "/outbox",
      ];
      for (const path of none) {
        assertEquals([path, await scriptBytes(path)], [path, 0]);
      }
      await context.clearCookies();
      assertEquals(await scriptBytes("/"), 0);
      // What a passkey needs.
      const loginBytes = await scriptBytes("/login");
      assert(loginBytes > 0 && loginBytes <= 900, `sign-in: ${loginBytes} B`);
      const cameraBytes = await scriptBytes("/register");
      const css = await (await fetch(`${stack.url}/styles.css`)).text();
      console.log(
        `brotli: room ${roomBytes} B until text is live, ` +
          `${restBytes} B more in idle moments after that, ` +
          `camera page ${cameraBytes} B, list of rooms ${listBytes} B, ` +
          `sign-in ${loginBytes} B, ` +
          `CSS ${brotli(css)} B`,
      );
      assert(roomBytes > 0 && roomBytes <= 14_000, `room: ${roomBytes} B`);
      // The runtime the two share is 5.6 kB.
      assert(cameraBytes > 0 && cameraBytes <= 9_600, `${cameraBytes} B`);
      assert(listBytes > 0 && listBytes <= 600, `rooms: ${listBytes} B`);
      assert(brotli(css) <= 7_000, `CSS: ${brotli(css)} B`);
    } finally {
      await browser.close();
      await stack.close();
      await Deno.remove(folder, { recursive: true });
    }
  },
});
