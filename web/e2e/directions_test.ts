import { assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { openBrowser, openContext } from "./browser.ts";
import { selfieFile } from "./media.ts";
import { ada, createRoom, live, send, signUp } from "./people.ts";
import { startStack } from "./stack.ts";

/** As long as a room's name may be, from right to left. */
const NAME = "غرفة العائلة والأصدقاء ".repeat(4).slice(0, 80).trim();

/** How many times the name is shown on the page, and how often where it begins is not seen. */
const seen = (page: Page) =>
  page.locator(".truncate bdi").evaluateAll((all, name) => {
    const shown = all.filter((it) =>
      it.textContent === name && it.checkVisibility()
    );
    const cut = shown.filter((it) => {
      const range = document.createRange();
      range.setStart(it.firstChild!, 0);
      range.setEnd(it.firstChild!, 1);
      const first = range.getBoundingClientRect();
      const box = it.closest(".truncate")!.getBoundingClientRect();
      return first.left < box.left - 1 || first.right > box.right + 1;
    });
    return { shown: shown.length, cut: cut.length };
  }, NAME);

/** What stands where a text in the composer is written. */
const covers = (page: Page) =>
  page.locator(".write textarea").evaluate((box) => {
    const { paddingLeft, paddingRight } = getComputedStyle(box);
    const { left, right } = box.getBoundingClientRect();
    const from = left + parseFloat(paddingLeft);
    const to = right - parseFloat(paddingRight);
    return [...box.parentElement!.children].filter((it) => {
      const { left, right } = it.getBoundingClientRect();
      return it !== box && it.checkVisibility() && right > from + 1 &&
        left < to - 1;
    }).map((it) => it.outerHTML);
  });

Deno.test({
  name:
    "a long name from right to left is cut at its end, and stands apart from the text behind it",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    const folder = await Deno.makeTempDir({ prefix: "chatsphere-media-" });
    const stack = await startStack();
    const browser = await openBrowser();
    try {
      const { context, problems } = await openContext(browser, stack.url);
      const page = await context.newPage();
      const name = "שרה בן־דוד";
      const file = await selfieFile(folder, "ada");
      await signUp(page, { ...ada, name }, { file });
      const room = await createRoom(page, NAME);
      await live(page);
      // The heading, and the room in the sidebar.
      assertEquals(await seen(page), { shown: 2, cut: 0 });
      await send(page, "123 שלום");
      const row = page.locator(".message", { hasText: "שלום" });
      await row.hover();
      await row.getByRole("button", { name: /^Actions/ }).click();
      await page.getByRole("button", { name: "Reply" }).click();
      await send(page, "תשובה");
      const quote = page.locator(".quote");
      await quote.waitFor();
      const [before, after] = await quote.locator("b, bdi").evaluateAll(
        (parts) => parts.map((it) => it.getBoundingClientRect().left),
      );
      assertEquals(before < after, true, "the name stands before the text");
      await page.setViewportSize({ width: 390, height: 844 });
      for (const path of [room, `${room}/members`, "/rooms"]) {
        await page.goto(path, { waitUntil: "domcontentloaded" });
        assertEquals(await seen(page), { shown: 1, cut: 0 }, path);
      }
      await page.goto(room);
      await page.locator(".write [type=file]").waitFor();
      for (const width of [390, 1280]) {
        await page.setViewportSize({ width, height: 844 });
        for (const text of ["Hello, all of you", "שלום לכולם"]) {
          await page.locator(".write textarea").fill(text);
          assertEquals(await covers(page), [], `${text}, ${width} px`);
        }
      }
      assertEquals(problems, []);
    } finally {
      await browser.close();
      await stack.close();
      await Deno.remove(folder, { recursive: true });
    }
  },
});
