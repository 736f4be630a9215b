import { assert, assertEquals } from "@std/assert";
import { brotliCompressSync } from "node:zlib";
import { openBrowser, openContext } from "./browser.ts";
import { selfieFile } from "./media.ts";
import { ada, createRoom, live, signOut, signUp } from "./people.ts";
import { startStack } from "./stack.ts";

Deno.test({
  name: "offline a link shows our own page; signing out takes it away",
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
      const room = await createRoom(page, "Bakery");
      await live(page);
      await page.evaluate(async () => {
        await navigator.serviceWorker.ready;
      });
      await context.setOffline(true);
      await page.goto(`${room}/members`);
      assertEquals(await page.locator("h1").innerText(), "You are offline");
      // In our own style, which comes from the same place.
      const padded = await page.locator(".button").first().evaluate((button) =>
        getComputedStyle(button).paddingInlineStart !== "0px"
      );
      assert(padded);
      await context.setOffline(false);
      await page.getByRole("link", { name: "Try again" }).click();
      await page.getByRole("heading", { name: "Members" }).waitFor();

      await signOut(page);
      const kept = await page.evaluate(async () => [
        (await navigator.serviceWorker.getRegistrations()).length,
        (await caches.keys()).length,
      ]);
      assertEquals(kept, [0, 0]);
      const worker = await (await fetch(`${stack.url}/sw.js`)).bytes();
      const bytes = brotliCompressSync(worker).length;
      assert(bytes <= 600, `service worker: ${bytes} B`);
    } finally {
      await browser.close();
      await stack.close();
      await Deno.remove(folder, { recursive: true });
    }
  },
});
