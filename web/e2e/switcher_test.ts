import { assertEquals, assertMatch } from "@std/assert";
import { openBrowser, openContext } from "./browser.ts";
import { selfieFile } from "./media.ts";
import { ada, createRoom, live, send, signUp } from "./people.ts";
import { startStack } from "./stack.ts";

Deno.test({
  name: "Ctrl+K leads to a room, a person or a search, by keyboard alone",
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
      const bakery = await createRoom(page, "The Bäckerei");
      await createRoom(page, "Harbour <b>");
      await live(page);
      await send(page, "A heavy anchor");
      const box = page.getByRole("combobox", { name: "Room, person or words" });
      // What listens is loaded after text is live.
      await page.locator(".room.alive").waitFor();
      const open = async () => {
        while (await box.count() === 0) {
          await page.keyboard.press("Control+k");
          await page.waitForTimeout(500);
        }
        await box.waitFor();
      };
      await open();
      await page.screenshot({ path: `${folder}/switcher.png` });
      // Closed, one is where one was.
      await page.keyboard.press("Escape");
      await box.waitFor({ state: "detached" });
      await open();
      await page.keyboard.type("backer");
      const chosen = page.locator('[role="option"][aria-selected="true"]');
      await chosen.getByText("The Bäckerei").waitFor();
      assertEquals(
        await box.getAttribute("aria-activedescendant"),
        await chosen.getAttribute("id"),
      );
      await page.keyboard.press("Enter");
      await page.waitForURL(bakery);
      await live(page);
      await open();
      await page.keyboard.type("anchor");
      await page.keyboard.press("ArrowUp");
      await chosen.getByText("Messages with “anchor”").waitFor();
      await page.keyboard.press("Enter");
      await page.waitForURL(/\/search\?q=anchor/);
      const found = page.locator(".found", { hasText: "A heavy anchor" });
      await found.waitFor();
      assertMatch(await found.innerText(), /Harbour <b>/);
      assertEquals(await found.locator("mark").innerText(), "anchor");
      await found.click();
      await page.getByText("A heavy anchor").waitFor();
      const shots = Deno.env.get("SHOTS");
      if (shots) {
        for (
          const [width, name] of [[390, "narrow"], [1280, "wide"]] as const
        ) {
          await page.setViewportSize({ width, height: 800 });
          await page.goto("/search?q=anchor from:ada");
          await page.screenshot({ path: `${shots}/search-${name}.png` });
          await page.goto("/share?text=Hello%20there");
          await page.screenshot({ path: `${shots}/share-${name}.png` });
          await page.goto("/rooms");
          await page.screenshot({ path: `${shots}/rooms-${name}.png` });
          await page.goto(bakery);
          await live(page);
          await open();
          await page.screenshot({ path: `${shots}/switcher-${name}.png` });
        }
      }
    } finally {
      await browser.close();
      await stack.close();
      await Deno.remove(folder, { recursive: true });
    }
  },
});
