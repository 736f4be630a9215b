import { assert, assertEquals } from "@std/assert";
import { openBrowser, openContext } from "./browser.ts";
import { findings, overflow } from "./looks.ts";
import { microphoneFile, selfieFile } from "./media.ts";
import { ada, createRoom, live, sees, signUp } from "./people.ts";
import { startStack } from "./stack.ts";
import { startDictation } from "./story.ts";

/** Screenshots, for a person to look at; git ignores the folder. */
const SHOTS = new URL("./shots/", import.meta.url);

Deno.test({
  name: "words the recogniser doubts are marked beside the composer",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    const folder = await Deno.makeTempDir({ prefix: "chatsphere-media-" });
    await Deno.mkdir(SHOTS, { recursive: true });
    // Heard right on the whole, with one or two words of which the recogniser is not sure.
    const text = "please send me the report before Friday";
    const speech = await microphoneFile(folder, text);
    const stack = await startStack();
    const browser = await openBrowser({ microphone: speech.path });
    try {
      const { context, problems } = await openContext(browser, stack.url, {
        viewport: { width: 390, height: 844 },
        reducedMotion: "reduce",
      });
      const page = await context.newPage();
      await signUp(page, ada, { file: await selfieFile(folder, "ada") });
      await createRoom(page, "Bakery");
      await live(page);
      await startDictation(page);
      await page.waitForTimeout(speech.milliseconds);
      await page.getByRole("button", { name: "Stop" }).click();
      const panel = page.getByRole("group", { name: "Dictation" });
      await panel.getByText("Please check the marked words.").waitFor();

      const words = await panel.locator("mark").allInnerTexts();
      const composer = page.locator("textarea[name=content]");
      const written = await composer.inputValue();
      assert(words.length > 0 && words.length < written.split(" ").length);
      for (const word of words) assert(written.includes(word), word);
      assertEquals(await panel.locator(".heard").innerText(), written);
      // The words are there to be edited.
      await composer.and(page.locator(":focus")).waitFor();

      const found: string[] = [];
      for (const width of [390, 320]) {
        await page.setViewportSize({ width, height: 844 });
        if (await overflow(page) > 0) found.push(`too wide at ${width} px`);
        for (const colorScheme of ["light", "dark"] as const) {
          await page.emulateMedia({ colorScheme });
          const file = new URL(`doubtful-${width}-${colorScheme}.png`, SHOTS);
          await page.screenshot({ path: file.pathname });
          found.push(...await findings(page, colorScheme));
        }
      }
      assertEquals(found, []);

      await composer.press("Enter");
      await sees(page, [written]);
      await panel.waitFor({ state: "detached" });
      assertEquals(problems, []);
    } finally {
      await browser.close();
      await stack.close();
      await Deno.remove(folder, { recursive: true });
    }
  },
});
