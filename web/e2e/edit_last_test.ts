import { assertEquals } from "@std/assert";
import { openBrowser, openContext } from "./browser.ts";
import { selfieFile } from "./media.ts";
import { ada, awake, createRoom, live, sees, send, signUp } from "./people.ts";
import { startStack } from "./stack.ts";

/** The script that edits, which comes last. */
const EXTRAS = /\/Extras-\w+\.js$/;

Deno.test({
  name: "Arrow up before the script that edits is there",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn(t) {
    const folder = await Deno.makeTempDir({ prefix: "chatsphere-media-" });
    const stack = await startStack();
    const browser = await openBrowser();
    try {
      // A service worker would have that script kept, and asks for it where no route sees it.
      const { context, problems } = await openContext(browser, stack.url, {
        serviceWorkers: "block",
      });
      const page = await context.newPage();
      const composer = page.locator("textarea[name=content]");
      const editing = page.getByText("Editing your message");
      await signUp(page, ada, { file: await selfieFile(folder, "ada") });
      const room = await createRoom(page, "Bakery");
      await live(page);
      await send(page, "Bread at nine");
      await sees(page, ["Bread at nine"]);

      /** Opens the room with that script held back; gives what lets it through. */
      const openWithout = async () => {
        const held = Promise.withResolvers<void>();
        let asked = () => {};
        const isAsked = new Promise<void>((resolve) => asked = resolve);
        await page.route(EXTRAS, async (route) => {
          asked();
          await held.promise;
          await route.continue();
        });
        const keys = page.waitForResponse(/\/later-\w+\.js$/);
        await page.goto(room);
        await live(page);
        await keys;
        await awake(page);
        return { held, isAsked };
      };

      await t.step("it comes while nothing is written: edit", async () => {
        const { held, isAsked } = await openWithout();
        await composer.press("ArrowUp");
        await isAsked;
        held.resolve();
        await editing.waitFor();
        assertEquals(await composer.inputValue(), "Bread at nine");
        await page.unroute(EXTRAS);
        await composer.press("Escape");
      });

      await t.step("it comes while something is: that stays", async () => {
        const { held, isAsked } = await openWithout();
        await composer.press("ArrowUp");
        await isAsked;
        await composer.pressSequentially("And tea at ");
        const come = page.waitForResponse(EXTRAS);
        held.resolve();
        await (await come).finished();
        await composer.pressSequentially("ten");
        await composer.press("Enter");
        await sees(page, ["Bread at nine", "And tea at ten"]);
        assertEquals(await editing.count(), 0);
        await page.unroute(EXTRAS);
      });

      await t.step(
        "it cannot come: that is said, and it can later",
        async () => {
          // Before the page: on a busy machine it fetches that script by itself meanwhile.
          await page.route(EXTRAS, (route) => route.abort());
          await page.goto(room);
          await live(page);
          await awake(page);
          await context.setOffline(true);
          // The page learns of it a moment later.
          await page.waitForFunction(() => !navigator.onLine);
          await composer.press("ArrowUp");
          await page.getByText("You are offline. Try again later.").waitFor();
          assertEquals(await editing.count(), 0);
          await context.setOffline(false);
          await page.unroute(EXTRAS);
          await live(page);
          await composer.press("ArrowUp");
          await editing.waitFor();
          assertEquals(await composer.inputValue(), "And tea at ten");
          await composer.fill("And tea at eleven");
          await composer.press("Enter");
          await page.getByText("And tea at eleven").waitFor();
          await page.getByText("edited", { exact: true }).waitFor();
        },
      );
      assertEquals(problems, []);
    } finally {
      await browser.close();
      await stack.close();
      await Deno.remove(folder, { recursive: true });
    }
  },
});
