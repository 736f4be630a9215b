import { assertEquals, assertMatch } from "@std/assert";
import type { Page } from "playwright-core";
import { openBrowser, openContext } from "./browser.ts";
import { recordingsOnDevice as onDevice } from "./device.ts";
import { findings, overflow } from "./looks.ts";
import { microphoneFile, selfieFile } from "./media.ts";
import { ada, archive, createRoom, live, parsed, signUp } from "./people.ts";
import { eventually } from "./patience.ts";
import { startStack } from "./stack.ts";
import { startDictation } from "./story.ts";

/** Screenshots, for a person to look at; git ignores the folder. */
const SHOTS = new URL("./shots/", import.meta.url);

/** Whether the server is told of a recording, which is a moment longer than it is there. */
const isTold = (page: Page): Promise<boolean> =>
  page.evaluate(() => /recorded=[^;]/.test(document.cookie));

async function downloaded(page: Page, within: string) {
  const download = page.waitForEvent("download");
  await page.locator(within).getByRole("button", { name: "Keep as a file" })
    .first().click();
  assertMatch((await download).suggestedFilename(), /^dictation\.\w+/);
}

Deno.test({
  name:
    "a recording of a room that ended is offered as a file, on its page and on every other one",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    const folder = await Deno.makeTempDir({ prefix: "chatsphere-media-" });
    await Deno.mkdir(SHOTS, { recursive: true });
    const speech = await microphoneFile(folder, "go forward ten meters");
    const stack = await startStack();
    const browser = await openBrowser({ microphone: speech.path });
    try {
      const { context } = await openContext(browser, stack.url, {
        viewport: { width: 390, height: 844 },
      });
      const page = await context.newPage();
      page.on("dialog", (dialog) => dialog.accept());
      await signUp(page, ada, { file: await selfieFile(folder, "ada") });
      const room = await createRoom(page, "Bakery");
      await live(page);
      const composer = page.locator("textarea[name=content]");
      const tray = page.locator(".uploads .voice");
      const record = async () => {
        await startDictation(page);
        await page.waitForTimeout(speech.milliseconds);
        await page.getByRole("button", { name: "Stop" }).click();
        await page.getByText("Your recording is sent with the message.")
          .waitFor();
        await eventually(
          async () => await composer.inputValue() || undefined,
          () => "No words came",
        );
      };
      const look = async (name: string) => {
        for (const colorScheme of ["light", "dark"] as const) {
          await page.emulateMedia({ colorScheme });
          const shot = new URL(`${name}-${colorScheme}.png`, SHOTS);
          await page.screenshot({ path: shot.pathname });
          assertEquals(await findings(page, colorScheme), []);
        }
        assertEquals(await overflow(page), 0);
      };

      await record();
      const words = await composer.inputValue();
      const beside = await context.newPage();
      await archive(beside, room);
      await page.getByText("Your recording was not sent.").waitFor();
      await look("voice-archived");
      await downloaded(page, ".uploads");
      await page.goto("/rooms");
      const notice = page.locator(".waiting");
      await notice.getByText("Not sent: 2.").waitFor();
      await notice.getByText(words).waitFor();
      await notice.getByText("Recording,").waitFor();
      assertEquals(
        await notice.getByRole("link", { name: "Bakery" }).count(),
        2,
      );
      await look("voice-left");
      await downloaded(page, ".waiting");
      // Its room being back, it is offered there alone.
      await beside.goto(`${room}/members`);
      await beside.getByRole("button", { name: "Bring this room back" })
        .click();
      await beside.getByText("The room is back.").waitFor();
      await page.reload();
      await notice.getByText("Not sent: 1.").waitFor();
      await notice.getByRole("button", { name: "Discard" }).click();
      await notice.waitFor({ state: "detached" });
      await page.goto(room);
      await live(page);
      await tray.waitFor();

      // The room ends while no page of it is open.
      await page.goto("/rooms", parsed);
      await beside.goto(`${room}/members`);
      await beside.locator("summary", { hasText: "Leave this room" }).click();
      await beside.getByRole("button", { name: "Leave", exact: true }).click();
      await beside.waitForURL("**/rooms", parsed);
      await page.reload();
      await notice.getByText("Not sent: 1.").waitFor();
      await notice.getByText("A room you are no longer in").waitFor();
      await downloaded(page, ".waiting");
      assertEquals(await onDevice(page), 1);
      await notice.getByRole("button", { name: "Discard" }).click();
      await notice.waitFor({ state: "detached" });
      await eventually(
        async () =>
          await onDevice(page) === 0 && !await isTold(page) || undefined,
        () => "It is still on the device",
      );
      await page.reload();
      assertEquals(await page.locator("script[type=module]").count(), 1);
    } finally {
      await browser.close();
      await stack.close();
      await Deno.remove(folder, { recursive: true });
    }
  },
});
