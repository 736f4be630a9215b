import { assert, assertEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import encodePng from "@jsquash/png/encode.js";
import { openBrowser, openContext } from "./browser.ts";
import { selfieFile } from "./media.ts";
import { ada, createRoom, live, signUp } from "./people.ts";
import { eventually } from "./patience.ts";
import { startStack } from "./stack.ts";

async function picture(name: string, shade: number, width: number) {
  const data = new Uint8ClampedArray(width * 900 * 4).fill(shade);
  const png = await encodePng(new ImageData(data, width, 900));
  return { name, mimeType: "image/png", buffer: Buffer.from(png) };
}

Deno.test({
  name:
    "pictures are looked at one after the other, by keys, fingers and mouse",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    const folder = await Deno.makeTempDir({ prefix: "chatsphere-media-" });
    const stack = await startStack();
    const browser = await openBrowser();
    try {
      const { context, problems } = await openContext(browser, stack.url, {
        hasTouch: true,
      });
      const page = await context.newPage();
      await signUp(page, ada, { file: await selfieFile(folder, "ada") });
      await createRoom(page, "Views");
      await live(page);
      await page.getByLabel("Add files", { exact: true }).setInputFiles([
        await picture("one.png", 60, 1_200),
        await picture("two.png", 150, 700),
        await picture("three.png", 210, 2_000),
      ]);
      await page.getByRole("button", { name: "Remove one.png" }).waitFor();
      await page.getByRole("button", { name: "Send", exact: true }).click();
      const links = page.locator("a.picture");
      await links.nth(2).waitFor();

      // By keys alone.
      await links.nth(1).focus();
      await page.keyboard.press("Enter");
      const viewer = page.getByRole("dialog", { name: "Pictures" });
      const status = viewer.getByRole("status");
      await status.getByText("2 of 3").waitFor();
      const focused = () =>
        page.evaluate(() => document.activeElement!.textContent);
      assertEquals(await focused(), "Close");
      await page.keyboard.press("ArrowRight");
      await status.getByText("3 of 3").waitFor();
      await page.keyboard.press("ArrowRight");
      await page.keyboard.press("Home");
      await status.getByText("1 of 3").waitFor();
      const image = viewer.getByRole("img");
      await eventually(
        async () =>
          await image.evaluate((img) =>
              (img as HTMLImageElement).naturalWidth
            ) === 1_200 || undefined,
        () => "The whole picture did not come",
      );
      // The focus stays in.
      for (let press = 0; press < 12; press++) {
        await page.keyboard.press("Tab");
        assert(
          await page.evaluate(() =>
            document.activeElement === document.body ||
            !!document.activeElement!.closest("dialog")
          ),
        );
      }
      await viewer.getByRole("button", { name: "Next" }).click();
      await status.getByText("2 of 3").waitFor();
      const coming = page.waitForEvent("download");
      await viewer.getByRole("link", { name: "Download" }).click();
      assertEquals((await coming).suggestedFilename(), "two.png");

      // Pinched, and put back; a swipe leads on.
      const wire = await context.newCDPSession(page);
      const touch = (type: string, points: [number, number][]) =>
        wire.send("Input.dispatchTouchEvent", {
          type: type as "touchStart",
          touchPoints: points.map(([x, y], id) => ({ x, y, id })),
        });
      const scale = () =>
        image.evaluate((img) =>
          new DOMMatrix(getComputedStyle(img).transform).a
        );
      await touch("touchStart", [[600, 300], [680, 300]]);
      await touch("touchMove", [[520, 300], [760, 300]]);
      await touch("touchEnd", []);
      await eventually(
        async () => await scale() > 1.5 || undefined,
        async () => `It is ${await scale()} times as large`,
      );
      await image.dblclick();
      await eventually(
        async () => await scale() === 1 || undefined,
        async () => `It is ${await scale()} times as large`,
      );
      await touch("touchStart", [[700, 300]]);
      await touch("touchMove", [[400, 310]]);
      await touch("touchEnd", []);
      await status.getByText("3 of 3").waitFor();

      const shots = Deno.env.get("SHOTS");
      if (shots) {
        for (
          const [width, scheme] of [[390, "dark"], [1280, "light"]] as const
        ) {
          await page.setViewportSize({ width, height: 800 });
          await page.emulateMedia({ colorScheme: scheme });
          await page.waitForTimeout(300);
          await page.screenshot({ path: `${shots}/viewer-${width}.png` });
        }
      }

      // One is back where one looked last.
      await page.keyboard.press("Escape");
      await viewer.waitFor({ state: "detached" });
      assert(
        await links.nth(2).evaluate((link) => link === document.activeElement),
      );
      // With a key it is the browser's.
      const opened = context.waitForEvent("page");
      await links.first().click({ modifiers: ["ControlOrMeta"] });
      await (await opened).close();
      assertEquals(await viewer.count(), 0);

      // Without script the link is the picture.
      const plain = await browser.newContext({
        javaScriptEnabled: false,
        baseURL: stack.url,
        storageState: await context.storageState(),
      });
      const still = await plain.newPage();
      await still.goto(page.url(), { waitUntil: "domcontentloaded" });
      const shown = plain.waitForEvent("page");
      await still.locator("a.picture").first().click();
      const tab = await shown;
      await tab.waitForLoadState();
      assert(tab.url().includes("/files/"));
      // All of the room's stand on a page of their own.
      await still.goto(page.url(), { waitUntil: "domcontentloaded" });
      await still.getByRole("link", { name: "Files", exact: true }).click();
      await still.getByRole("heading", { name: "Files" }).waitFor();
      assertEquals(await still.locator(".file-list img").count(), 3);
      if (shots) {
        for (const width of [390, 1_280]) {
          await still.setViewportSize({ width, height: 800 });
          await still.screenshot({ path: `${shots}/files-${width}.png` });
        }
      }
      await still.getByRole("link", { name: "Other files" }).click();
      await still.getByText("There are no files of this kind.").waitFor();
      await still.getByRole("link", { name: "Pictures" }).click();
      await still.getByRole("link", { name: "Message with two.png" }).click();
      await still.locator("a.picture").first().waitFor();
      await plain.close();
      assertEquals(problems, []);
    } finally {
      await browser.close();
      await stack.close();
      await Deno.remove(folder, { recursive: true });
    }
  },
});
