import { assert, assertEquals } from "@std/assert";
import { openBrowser, openContext } from "./browser.ts";
import { recordingsOnDevice as onDevice } from "./device.ts";
import { findings, overflow } from "./looks.ts";
import { microphoneFile, selfieFile } from "./media.ts";
import { ada, createRoom, live, send, signUp } from "./people.ts";
import { eventually } from "./patience.ts";
import { startStack } from "./stack.ts";
import { startDictation } from "./story.ts";

/** Screenshots, for a person to look at; git ignores the folder. */
const SHOTS = new URL("./shots/", import.meta.url);

Deno.test({
  name:
    "a recording that the network did not take is offered again, also after a reload, and goes out with its message",
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
      await signUp(page, ada, { file: await selfieFile(folder, "ada") });
      const room = await createRoom(page, "Bakery");
      await live(page);
      // What is needed for it is loaded once.
      await startDictation(page);
      await page.getByRole("button", { name: "Cancel" }).click();

      // The network goes between the first word and Stop.
      const isOffline = (offline: boolean) => context.setOffline(offline);
      await startDictation(page);
      await page.waitForTimeout(speech.milliseconds);
      await isOffline(true);
      await page.getByRole("button", { name: "Stop" }).click();
      const tray = page.locator(".uploads .voice");
      const without = page.getByRole("button", { name: "Send without words" });
      await eventually(
        async () =>
          await without.isVisible() ||
          await tray.getByRole("button", { name: "Try again" }).isVisible() ||
          undefined,
        () => "Nothing is offered",
      );
      assertEquals(await onDevice(page), 1);

      // The page is left; the next one has it, and has it heard.
      await isOffline(false);
      page.on("dialog", (dialog) => dialog.accept());
      await page.goto(room);
      await live(page);
      await page.getByText("Your recording is safe on this device.").waitFor();
      for (const colorScheme of ["light", "dark"] as const) {
        await page.emulateMedia({ colorScheme });
        const shot = new URL(`voice-again-${colorScheme}.png`, SHOTS);
        await page.screenshot({ path: shot.pathname });
        assertEquals(await findings(page, colorScheme), []);
      }
      assertEquals(await overflow(page), 0);
      await tray.getByRole("button", { name: "Try again" }).click();
      await page.getByText("Your recording is sent with the message.")
        .waitFor();
      const composer = page.locator("textarea[name=content]");
      const words = await eventually(
        async () => await composer.inputValue() || undefined,
        () => "No words came",
      );

      // Left once more before it is sent: words and voice are still there.
      await page.goto(room);
      await live(page);
      await page.getByText("Your recording is sent with the message.")
        .waitFor();
      assertEquals(await composer.inputValue(), words);
      await send(page, `${words} please`);
      await page.locator(".message:not(.sending)", { hasText: "please" })
        .locator(".wave").waitFor();
      await eventually(
        async () => await onDevice(page) === 0 || undefined,
        () => "It is still on the device",
      );

      // Sent offline, without words, it goes out when the network is back.
      await startDictation(page);
      await page.waitForTimeout(speech.milliseconds);
      await isOffline(true);
      await page.getByRole("button", { name: "Stop" }).click();
      await eventually(
        async () => {
          if (await without.isVisible()) await without.click();
          return await tray.isVisible() || undefined;
        },
        () => "It is not offered",
      );
      await composer.press("Enter");
      await tray.waitFor({ state: "detached" });
      assertEquals(await page.locator(".message.sending").count(), 1);
      assertEquals(await onDevice(page), 1);
      await isOffline(false);
      await eventually(
        async () =>
          await page.locator(".message:not(.sending) .wave").count() === 2 ||
          undefined,
        () => "It was not sent",
      );
      await eventually(
        async () => await onDevice(page) === 0 || undefined,
        () => "It is still on the device",
      );
      const id = room.split("/").pop()!;
      const answer = await page.request.get(`/api/messages?roomId=${id}`);
      const { messages } = await answer.json();
      const clips = messages.map((
        { voice }: { voice?: { clip: string } },
      ) => voice?.clip);
      assertEquals(new Set(clips).size, 2);
      assert(clips.every((clip: string) => /^[\w-]{22}$/.test(clip)));
    } finally {
      await browser.close();
      await stack.close();
      await Deno.remove(folder, { recursive: true });
    }
  },
});
