import { assert, assertEquals } from "@std/assert";
import { openBrowser, openContext } from "./browser.ts";
import { selfieFile } from "./media.ts";
import {
  ada,
  createRoom,
  grace,
  invite,
  join,
  live,
  openInvitation,
  sees,
  signUp,
} from "./people.ts";
import { startStack } from "./stack.ts";

Deno.test({
  name: "people are mentioned by keyboard and by touch, and told of it",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn(t) {
    const folder = await Deno.makeTempDir({ prefix: "chatsphere-media-" });
    const stack = await startStack();
    const browser = await openBrowser();
    try {
      const phone = {
        viewport: { width: 390, height: 844 },
        hasTouch: true,
        isMobile: true,
      };
      const a = await openContext(browser, stack.url);
      const g = await openContext(browser, stack.url, phone);
      const adas = await a.context.newPage();
      const graces = await g.context.newPage();
      await signUp(adas, ada, { file: await selfieFile(folder, "ada") });
      await signUp(graces, grace, { file: await selfieFile(folder, "grace") });
      const tea = await createRoom(adas, "Tea");
      await invite(adas, tea, grace.email);
      await openInvitation(graces, grace.email);
      await join(graces);
      const coffee = await createRoom(graces, "Coffee");

      const composer = adas.locator("textarea[name=content]");
      const offers = adas.getByRole("option");
      await t.step("by keyboard", async () => {
        await adas.goto(tea);
        await live(adas);
        // What completes names is there with the rest that comes after live text.
        await adas.locator("[type=file]").waitFor();
        await composer.focus();
        await adas.keyboard.type("Hello @gr");
        await offers.first().waitFor();
        assertEquals(await offers.allInnerTexts(), ["Grace Hopper"]);
        assertEquals(await composer.getAttribute("aria-controls"), "offers");
        await adas.keyboard.press("Enter");
        assertEquals(await composer.inputValue(), "Hello @Grace Hopper ");
        assertEquals(await offers.count(), 0);
        await adas.keyboard.type("and @");
        await offers.nth(1).waitFor();
        await adas.keyboard.press("ArrowDown");
        await adas.keyboard.press("Escape");
        assertEquals(await offers.count(), 0);
        await adas.keyboard.type("nobody");
        await adas.keyboard.press("Enter");
        await sees(adas, ["Hello @Grace Hopper and @nobody"]);
        await adas.locator("b", { hasText: "@Grace Hopper" }).waitFor();
      });

      await t.step(
        "who is mentioned sees it in the list, the sidebar and the title",
        async () => {
          await graces.goto("/rooms");
          const row = graces.locator(".room-row", { hasText: "Tea" });
          assertEquals(
            (await row.locator(".badge").innerText()).split("\n")[0].trim()
              .slice(0, 2),
            "@1",
          );
          await graces.goto(coffee);
          await graces.waitForFunction(() =>
            document.title.startsWith("(@1) ")
          );
          await graces.goto(`${tea}?newest`);
          await graces.locator("mark", { hasText: "@Grace Hopper" }).waitFor();
        },
      );

      await t.step("by touch, and shown as they are called now", async () => {
        await graces.goto(tea);
        await live(graces);
        await graces.locator("[type=file]").waitFor();
        const box = graces.locator("textarea[name=content]");
        await box.tap();
        await graces.keyboard.type("@A");
        await graces.getByRole("option", { name: "Ada Lovelace" }).tap();
        assertEquals(await box.inputValue(), "@Ada Lovelace ");
        await graces.keyboard.type("yes");
        await graces.getByRole("button", { name: "Send" }).tap();
        await adas.locator("mark", { hasText: "@Ada Lovelace" }).waitFor();
        const renamed = await adas.request.post("/account", {
          form: { intent: "rename", name: "Countess" },
          headers: { origin: stack.url },
        });
        assert(renamed.ok());
        await graces.locator("b", { hasText: "@Countess" }).waitFor();
        await adas.locator("mark", { hasText: "@Countess" }).waitFor();
      });

      await t.step("an edit changes who is mentioned", async () => {
        await adas.goto("/rooms");
        await graces.goto(tea);
        await live(graces);
        await graces.locator("[type=file]").waitFor();
        const box = graces.locator("textarea[name=content]");
        await box.press("ArrowUp");
        await graces.locator(".mode").getByText("Editing").waitFor();
        await box.fill("nobody");
        await graces.getByRole("button", { name: "Send" }).tap();
        await sees(graces, [
          "Hello @Grace Hopper and @nobody",
          "nobodyedited",
        ]);
        assertEquals(await graces.locator("b", { hasText: "@Cou" }).count(), 0);
      });
    } finally {
      await browser.close();
      await stack.close();
      await Deno.remove(folder, { recursive: true });
    }
  },
});
