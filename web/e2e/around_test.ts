import { assert, assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { openBrowser, openContext } from "./browser.ts";
import { selfieFile } from "./media.ts";
import { ada, createRoom, parsed, signUp } from "./people.ts";
import { startStack } from "./stack.ts";

const WINDOWS = [{ width: 390, height: 844 }, { width: 1280, height: 800 }];

/** Says a hundred things of all lengths, with one among them that nothing else is like. */
async function talk(page: Page, room: string) {
  const roomId = room.split("/").at(-1);
  for (let i = 1; i <= 100; i++) {
    const content = i === 47
      ? "The oven arrives on Thursday"
      : `Number ${i}. ${"And so on and on. ".repeat(i * 7 % 60)}`;
    const response = await page.request.post("/api/messages", {
      data: { roomId, clientId: `m${i}`, content },
    });
    assertEquals(response.status(), 201);
  }
}

/** Where the message the address names stands in the window, once nothing moves any more. */
async function placeOf(page: Page): Promise<{ top: number; bottom: number }> {
  await page.waitForLoadState("domcontentloaded");
  const target = page.locator(".message:target");
  await target.waitFor();
  let last: string | undefined;
  for (;;) {
    const box = (await target.boundingBox())!;
    const place = { top: box.y, bottom: box.y + box.height };
    if (JSON.stringify(place) === last) return place;
    last = JSON.stringify(place);
    await page.waitForTimeout(250);
  }
}

/** Sees that the message is in the window, with what was said before and after. */
async function assertInSight(page: Page) {
  const { height } = page.viewportSize()!;
  const { top, bottom } = await placeOf(page);
  const text = await page.locator(".message:target .text").innerText();
  assertEquals(text, "The oven arrives on Thursday");
  assert(top > 0.1 * height, `its top is at ${top} of ${height} px`);
  assert(bottom < 0.9 * height, `its end is at ${bottom} of ${height} px`);
}

Deno.test({
  name:
    "a search and a link lead to the message itself, with and without script",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn(t) {
    const folder = await Deno.makeTempDir({ prefix: "chatsphere-media-" });
    // A room is filled faster here than people write.
    const stack = await startStack({ MESSAGE_BURST: "1000" });
    const browser = await openBrowser();
    try {
      const first = await openContext(browser, stack.url);
      const page = await first.context.newPage();
      await signUp(page, ada, { file: await selfieFile(folder, "ada") });
      const room = await createRoom(page, "Bakery");
      await talk(page, room);
      const storageState = await first.context.storageState();
      for (const javaScriptEnabled of [true, false]) {
        for (const viewport of WINDOWS) {
          const how = javaScriptEnabled ? "with" : "without";
          await t.step(`${how} script, ${viewport.width} px`, async () => {
            const { context, problems } = await openContext(
              browser,
              stack.url,
              { viewport, javaScriptEnabled, storageState },
            );
            const page = await context.newPage();
            await page.goto(`${room}/search?q=oven+thursday`);
            await page.getByRole("link", { name: /The oven arrives/ }).click();
            await page.waitForURL("**/around/*", parsed);
            await assertInSight(page);
            const address = page.url();

            // By the page of the message, whose address people pass on.
            await page.locator(".message:target a.at").click();
            await page.waitForURL("**/messages/*", parsed);
            await page.getByRole("link", { name: "Show it in the" }).click();
            await page.waitForURL(address, parsed);
            await assertInSight(page);

            // As one that was sent to somebody, and after a look elsewhere.
            await page.goto("/rooms", parsed);
            await page.goto(address, parsed);
            await assertInSight(page);
            await page.goto("/rooms", parsed);
            await page.goBack(parsed);
            await assertInSight(page);
            assertEquals(problems, []);
            await context.close();
          });
        }
      }
    } finally {
      await browser.close();
      await stack.close();
      await Deno.remove(folder, { recursive: true });
    }
  },
});
