import { assertEquals } from "@std/assert";
import type { Page, WebSocketRoute } from "playwright-core";
import { openBrowser, openContext } from "./browser.ts";
import { selfieFile } from "./media.ts";
import { ada, createRoom, live, sees, send, signUp } from "./people.ts";
import { startStack } from "./stack.ts";

Deno.test({
  name:
    "what is written without a network waits, in order, whatever tab or page one is on",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn(t) {
    const folder = await Deno.makeTempDir({ prefix: "chatsphere-media-" });
    const stack = await startStack();
    const browser = await openBrowser();
    try {
      const { context, problems } = await openContext(browser, stack.url);
      let up = true;
      const wires = new Set<WebSocketRoute>();
      await context.routeWebSocket(() => true, (wire) => {
        if (!up) return void wire.close({ code: 4000 });
        wires.add(wire);
        wire.connectToServer();
      });
      // Chromium leaves open sockets open when it is told to be offline.
      const network = async (now: boolean) => {
        up = now;
        await context.setOffline(!now);
        if (now) return;
        for (const wire of wires) await wire.close({ code: 4000 });
        wires.clear();
      };
      const page = await context.newPage();
      await signUp(page, ada, { file: await selfieFile(folder, "ada") });
      const room = await createRoom(page, "Kitchen");
      const kept = (of: Page) =>
        of.evaluate(() =>
          Object.keys(localStorage).filter((key) => key.includes("/unsent/"))
            .length
        );
      const allSent = (of: Page) =>
        of.waitForFunction(() =>
          !Object.keys(localStorage).some((key) => key.includes("/unsent/"))
        );
      // What is far out of sight has no text to be seen, but has one.
      const stored = (texts: string[]) =>
        page.waitForFunction(
          (texts) =>
            [...document.querySelectorAll(".message:not(.sending) .text")]
              .map((it) => it.textContent).join() === texts,
          texts.join(),
        );
      // The part that edits is loaded by then, without having been used.
      const editingLoaded = () =>
        page.waitForFunction(() =>
          performance.getEntriesByType("resource").some((it) =>
            it.name.includes("Extras")
          )
        );
      const composer = page.locator("textarea[name=content]");

      await t.step(
        "sixty messages, past the rate limit, keep their order",
        async () => {
          await live(page);
          await network(false);
          const texts = Array.from({ length: 60 }, (_, i) => `no ${i + 1}`);
          for (const text of texts) await send(page, text);
          assertEquals(await kept(page), 60);
          await page.getByText("Waiting to be sent: 60.").waitFor();
          await network(true);
          await allSent(page);
          await stored(texts);
          await page.reload();
          await live(page);
          await stored(texts.slice(-50));
        },
      );

      await t.step(
        "an edit made offline is shown, waits, and outlives a reload",
        async () => {
          const tea = await createRoom(page, "Tea");
          await live(page);
          await send(page, "frist");
          await allSent(page);
          await editingLoaded();
          await network(false);
          await composer.press("ArrowUp");
          await page.getByText("Editing your message").waitFor();
          await composer.fill("first");
          await composer.press("Enter");
          await page.locator(".message", { hasText: "first" })
            .getByText("Waiting to send").waitFor();
          await send(page, "second");
          assertEquals(await kept(page), 2);
          // Left without a network: the next page sends.
          await page.goto("about:blank");
          await network(true);
          await page.goto("/docs");
          await page.getByText("Everything was sent.").waitFor();
          assertEquals(await kept(page), 0);
          await page.goto(tea);
          await live(page);
          await sees(page, ["firstedited", "second"]);
          // Nothing waits: the next page has no script again.
          await page.goto("/docs");
          assertEquals(await page.locator("script[src]").count(), 0);
        },
      );

      await t.step(
        "what one tab discards, the other forgets and does not send",
        async () => {
          await page.goto(room);
          await live(page);
          const other = await context.newPage();
          await other.goto(room);
          await live(other);
          await network(false);
          await send(page, "drop me");
          await send(page, "keep me");
          // As when one comes to the other tab: it takes over what waits.
          await other.evaluate(() => dispatchEvent(new Event("offline")));
          await other.locator(".message", { hasText: "drop me" }).waitFor();
          await page.getByText("Waiting to send").first().waitFor();
          await page.locator(".message", { hasText: "drop me" })
            .getByRole("button", { name: "Discard" }).click();
          await other.getByText("drop me").waitFor({ state: "detached" });
          await network(true);
          await allSent(page);
          for (const tab of [page, other]) {
            await tab.locator(".message:not(.sending)", { hasText: "keep me" })
              .waitFor();
            assertEquals(await tab.getByText("drop me").count(), 0);
          }
          await other.close();
        },
      );

      await t.step(
        "two tabs have a draft each, and sending one leaves the other",
        async () => {
          const other = await context.newPage();
          await other.goto(room);
          await live(other);
          await other.locator("textarea[name=content]").fill("still thinking");
          await composer.fill("done");
          await composer.press("Enter");
          await allSent(page);
          await other.reload();
          await live(other);
          assertEquals(
            await other.locator("textarea[name=content]").inputValue(),
            "still thinking",
          );
          await page.reload();
          await live(page);
          assertEquals(await composer.inputValue(), "");
          await other.close();
        },
      );

      await t.step(
        "an edit of what was deleted elsewhere meanwhile gives its text back",
        async () => {
          await page.goto(room);
          await live(page);
          await send(page, "half a thought");
          await allSent(page);
          await editingLoaded();
          await network(false);
          await composer.press("ArrowUp");
          await page.getByText("Editing your message").waitFor();
          await composer.fill("a whole thought");
          await composer.press("Enter");
          await page.locator(".message", { hasText: "a whole thought" })
            .getByText("Waiting to send").waitFor();
          // The admin, with another device.
          const { context: device } = await openContext(browser, stack.url);
          await device.addCookies(await context.cookies());
          const there = await device.newPage();
          await there.goto(room);
          await live(there);
          const row = there.locator(".message", { hasText: "half a thought" });
          await row.hover();
          await row.locator(".more").click();
          await there.getByRole("button", { name: "Delete…" }).click();
          await there.getByRole("button", { name: "Delete", exact: true })
            .click();
          await there.getByText("This message was deleted.").waitFor();
          await device.close();
          await network(true);
          await page.waitForFunction(() =>
            document.querySelector("textarea")!.value === "a whole thought"
          );
          await page.locator(".said", { hasText: /./ }).waitFor();
          await page.getByText("This message was deleted.").waitFor();
          assertEquals(await kept(page), 0);
          await page.reload();
          await live(page);
          assertEquals(await composer.inputValue(), "a whole thought");
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
