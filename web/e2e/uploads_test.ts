import { assertEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import type { Page } from "playwright-core";
import { openBrowser, openContext } from "./browser.ts";
import { selfieFile } from "./media.ts";
import { ada, createRoom, live, send, signUp } from "./people.ts";
import { startStack } from "./stack.ts";

const file = (name: string, text: string) => ({
  name,
  mimeType: "text/plain",
  buffer: Buffer.from(text),
});

/** Holds back what is uploaded until it is let go. */
async function holdUploads(page: Page) {
  const gate = Promise.withResolvers<void>();
  await page.route("**/api/rooms/*/files*", async (route) => {
    await gate.promise;
    // The page may have given it up.
    await route.continue().catch(() => {});
  });
  return () => gate.resolve();
}

Deno.test({
  name:
    "a message with files is shown at once, sent when they are there, and in its place",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn(t) {
    const folder = await Deno.makeTempDir({ prefix: "chatsphere-media-" });
    const stack = await startStack();
    const browser = await openBrowser();
    try {
      const { context, problems } = await openContext(browser, stack.url);
      const page = await context.newPage();
      page.on("dialog", (dialog) => dialog.accept());
      await signUp(page, ada, { file: await selfieFile(folder, "ada") });
      const room = await createRoom(page, "Uploads");
      await live(page);
      const rows = page.locator(".message");
      const row = (text: string) => rows.filter({ hasText: text });
      const composer = page.locator("textarea[name=content]");
      const chooser = page.getByLabel("Add files", { exact: true });
      const choose = async (...files: ReturnType<typeof file>[]) => {
        await chooser.setInputFiles(files);
        await page.getByRole("button", { name: `Remove ${files[0].name}` })
          .waitFor();
      };
      const whole = (name: string) =>
        row(name).getByRole("link", { name }).waitFor();

      await t.step("it keeps its place before what follows", async () => {
        const release = await holdUploads(page);
        await choose(file("plan.txt", "plan"));
        await send(page, "The plan");
        await row("The plan").getByRole("progressbar").waitFor();
        assertEquals(await composer.inputValue(), "");
        await send(page, "As you see");
        await row("As you see").waitFor();
        release();
        await whole("plan.txt");
        await page.locator(".message:not(.sending)", { hasText: "As you see" })
          .waitFor();
        await page.reload();
        await live(page);
        await whole("plan.txt");
        assertEquals(
          await page.locator("[role=log] .text").allInnerTexts(),
          ["The plan", "As you see"],
        );
      });

      await t.step("an answer takes its files with it", async () => {
        await row("As you see").hover();
        await row("As you see").getByRole("button", { name: /^Actions/ })
          .click();
        await page.getByRole("button", { name: "Reply" }).click();
        await choose(file("answer.txt", "answer"));
        await composer.press("Enter");
        await whole("answer.txt");
        assertEquals(
          await row("answer.txt").locator(".quote").innerText(),
          "Ada Lovelace As you see",
        );
        assertEquals(await page.locator(".mode").count(), 0);
      });

      await t.step(
        "a caption is edited to nothing, and no message is",
        async () => {
          const edit = async (text: string) => {
            await row(text).hover();
            await row(text).getByRole("button", { name: /^Actions/ }).click();
            await page.getByRole("button", { name: "Edit" }).click();
            await page.getByText("Editing your message").waitFor();
            await composer.fill("");
            await composer.press("Enter");
          };
          await send(page, "Words alone");
          await edit("Words alone");
          await page.getByRole("button", { name: "Cancel" }).click();
          await row("Words alone").waitFor();
          await edit("The plan");
          await page.locator(".mode").waitFor({ state: "detached" });
          await row("The plan").waitFor({ state: "detached" });
          await whole("plan.txt");
          await composer.press("Enter");
          await page.reload();
          await live(page);
          await whole("plan.txt");
          assertEquals(await row("The plan").count(), 0);
        },
      );

      await t.step("what is taken back is not sent", async () => {
        const release = await holdUploads(page);
        await choose(file("no.txt", "no"));
        await send(page, "Not this");
        await row("Not this").getByRole("button", { name: "Discard" }).click();
        await row("Not this").waitFor({ state: "detached" });
        release();
        await send(page, "But this");
        await page.locator(".message:not(.sending)", { hasText: "But this" })
          .waitFor();
      });

      await t.step(
        "files that are too many are told of while the others arrive",
        async () => {
          const some = Array.from(
            { length: 12 },
            (_, n) => file(`${n}.txt`, "x"),
          );
          await choose(...some);
          await page.waitForFunction(() =>
            performance.getEntriesByType("resource")
              .filter(({ name }) => /files\?name=\d+\.txt/.test(name))
              .length === 10
          );
          await page.locator(".uploads").getByText("at most 10 files")
            .waitFor();
          await send(page, "Ten of them");
          await row("Ten of them").getByText("1 B text").first().waitFor();
          assertEquals(await row("Ten of them").locator(".file").count(), 10);
        },
      );

      await t.step("a file that is refused says why and can go", async () => {
        await choose(
          file("good.txt", "good"),
          file("empty.txt", ""),
        );
        await send(page, "Two of them");
        await row("Two of them").getByText("This file is empty.").waitFor();
        await row("Two of them")
          .getByText("This was not sent, because of a file in it.").waitFor();
        // Also where the window is made narrow: all of the sentence, and nothing over the field.
        await page.setViewportSize({ width: 390, height: 844 });
        const cut = await row("Two of them").locator(".uploads li span")
          .evaluateAll((spans) =>
            spans.filter((it) => it.scrollWidth > it.clientWidth + 1).length
          );
        assertEquals(cut, 0);
        assertEquals(await page.getByLabel("Emoji").isVisible(), false);
        await page.setViewportSize({ width: 1280, height: 720 });
        await row("Two of them")
          .getByRole("button", { name: "Remove empty.txt" }).click();
        await whole("good.txt");
      });

      await t.step("one that came too slowly is sent again", async () => {
        let slow = 1;
        const path = "**/api/rooms/*/files*";
        await page.route(path, async (route) => {
          if (slow-- <= 0) return await route.fallback();
          const message = "This took too long to arrive.";
          const error = { code: "too-slow", message };
          await route.fulfill({ status: 408, json: { error } });
        });
        await choose(file("slow.txt", "slow"));
        await page.getByText("It is tried again when you send.").waitFor();
        await send(page, "On a bad line");
        await whole("slow.txt");
        await page.unroute(path);
      });

      await t.step("left too early, its words are given back", async () => {
        const release = await holdUploads(page);
        await choose(file("late.txt", "late"));
        await send(page, "Typed with care");
        await row("Typed with care").getByRole("progressbar").waitFor();
        await page.reload();
        await live(page);
        await page.getByText("Your files had not all arrived when you left.")
          .waitFor();
        assertEquals(await composer.inputValue(), "Typed with care");
        assertEquals(await row("Typed with care").count(), 0);
        release();
        // Chosen again, it goes.
        await choose(file("late.txt", "late"));
        await composer.press("Enter");
        await whole("late.txt");
      });

      await t.step("another tab leaves it to the one that sends", async () => {
        const release = await holdUploads(page);
        await choose(file("tabs.txt", "tabs"));
        await send(page, "From the first tab");
        await row("From the first tab").getByRole("progressbar").waitFor();
        const other = await context.newPage();
        await other.goto(room);
        await live(other);
        const there = other.locator(".message", {
          hasText: "From the first tab",
        });
        await there.getByRole("progressbar").waitFor();
        release();
        await there.getByRole("link", { name: "tabs.txt" }).waitFor();
        assertEquals(await there.count(), 1);
        assertEquals(
          await other.locator("textarea[name=content]").inputValue(),
          "",
        );
        await other.close();
      });

      const shots = Deno.env.get("SHOTS");
      if (shots) {
        const release = await holdUploads(page);
        for (
          const [width, scheme] of [[390, "dark"], [1280, "light"]] as const
        ) {
          await page.setViewportSize({ width, height: 800 });
          await page.emulateMedia({ colorScheme: scheme });
          await choose(
            file("a-very-long-name-".repeat(10) + ".txt", "x"),
            file("b.txt", "y"),
          );
          await page.screenshot({ path: `${shots}/tray-${width}.png` });
          await send(page, "Many of them, look");
          await page.screenshot({ path: `${shots}/row-${width}.png` });
          await row("Many of them").getByRole("button", { name: "Discard" })
            .click();
        }
        release();
      }
      assertEquals(problems, []);
    } finally {
      await browser.close();
      await stack.close();
      await Deno.remove(folder, { recursive: true });
    }
  },
});
