import { assertEquals } from "@std/assert";
import { openBrowser, openContext } from "./browser.ts";
import { recordingsOnDevice } from "./device.ts";
import { findings, overflow } from "./looks.ts";
import { microphoneFile, selfieFile } from "./media.ts";
import { ada, createRoom, live, signIn, signUp } from "./people.ts";
import { eventually } from "./patience.ts";
import { startStack } from "./stack.ts";
import { startDictation } from "./story.ts";

Deno.test({
  name:
    "a recording that is not sent outlives its session, and goes with a sign-out only after a question",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    const folder = await Deno.makeTempDir({ prefix: "chatsphere-media-" });
    const speech = await microphoneFile(folder, "go forward ten meters");
    const stack = await startStack();
    const browser = await openBrowser({ microphone: speech.path });
    try {
      const { context } = await openContext(browser, stack.url, {
        viewport: { width: 390, height: 844 },
      });
      const page = await context.newPage();
      page.on("dialog", (dialog) => dialog.accept());
      const file = await selfieFile(folder, "ada");
      await signUp(page, ada, { file });
      const room = await createRoom(page, "Bakery");
      await live(page);
      await startDictation(page);
      await page.waitForTimeout(speech.milliseconds);
      await page.getByRole("button", { name: "Stop" }).click();
      const attached = page.locator(".uploads .voice");
      await attached.waitFor();
      await page.evaluate(async () => {
        await navigator.serviceWorker.ready;
      });

      // Her session ends somewhere else.
      const cookies = await context.cookies();
      const session = cookies.find(({ name }) => name.endsWith("session"))!;
      await context.clearCookies({ name: session.name });
      await page.goto("/rooms");
      await page.waitForURL("**/login*");
      await page.goto("/");
      assertEquals(await recordingsOnDevice(page), 1);
      await signIn(page, ada, { file });
      await page.waitForURL("**/rooms");
      await page.goto(room);
      await attached.waitFor();

      // Whoever signs out is asked, and led to it.
      const signOut = async () => {
        await page.goto("/rooms");
        await page.getByRole("button", { name: "Sign out" }).click();
        await page.waitForURL("**/sign-out");
      };
      await signOut();
      await page.getByText("A recording of yours is not sent yet.").waitFor();
      assertEquals(await findings(page, "light"), []);
      assertEquals(await overflow(page), 0);
      await page.getByRole("link", { name: "Stay, and go to the recording" })
        .click();
      await page.waitForURL(`**${room}`);
      await attached.waitFor();
      await signOut();
      await page.getByRole("button", { name: "Sign out and delete it" })
        .click();
      await page.waitForURL((url) => url.pathname === "/");
      await eventually(
        async () => await recordingsOnDevice(page) === 0 || undefined,
        () => "It is still on the device",
      );
    } finally {
      await browser.close();
      await stack.close();
      await Deno.remove(folder, { recursive: true });
    }
  },
});
