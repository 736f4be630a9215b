import { assertEquals } from "@std/assert";
import { openBrowser, openContext } from "./browser.ts";
import { selfieFile } from "./media.ts";
import { ada, createRoom, live, signUp } from "./people.ts";
import { startStack } from "./stack.ts";

Deno.test({
  name: "what another app shares goes into the room that one chooses",
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
      await createRoom(page, "Bakery");
      await live(page);
      await page.evaluate(async () => {
        await navigator.serviceWorker.ready;
      });
      // A link, as from a program that knows of no files.
      await page.goto("/share?title=Ovens&url=https://example.org/ovens");
      assertEquals(
        await page.getByLabel("Message").inputValue(),
        "Ovens\nhttps://example.org/ovens",
      );
      await page.getByRole("button", { name: "Bakery" }).click();
      await page.locator(".message", { hasText: "example.org/ovens" })
        .waitFor();
      // A file, as the system hands it over.
      await page.goto("/rooms");
      await page.evaluate(() => {
        const form = document.createElement("form");
        Object.assign(form, {
          ...{ method: "post", action: "/share" },
          enctype: "multipart/form-data",
        });
        const files = Object.assign(document.createElement("input"), {
          ...{ type: "file", name: "files" },
        });
        const text = Object.assign(document.createElement("input"), {
          ...{ name: "text", value: "The plan" },
        });
        const given = new DataTransfer();
        given.items.add(new File(["bread, rye"], "The plan é.txt"));
        files.files = given.files;
        form.append(files, text);
        document.body.append(form);
        form.submit();
      });
      await page.getByText("One file goes with it.").waitFor();
      await page.getByRole("button", { name: "Bakery" }).click();
      const message = page.locator(".message", { hasText: "The plan é.txt" });
      await message.waitFor();
      await page.goto("/share?text=again");
      await page.getByRole("button", { name: "Bakery" }).click();
      await page.locator(".message", { hasText: "again" }).waitFor();
      assertEquals(await message.count(), 1);
    } finally {
      await browser.close();
      await stack.close();
      await Deno.remove(folder, { recursive: true });
    }
  },
});
