import { assert, assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import {
  SERVERS,
  startTranscriptionServer,
} from "../../transcriber/testing/transcription-servers.ts";
import { openBrowser, openContext } from "./browser.ts";
import { findings, overflow } from "./looks.ts";
import { microphoneFile, selfieFile } from "./media.ts";
import { eventually } from "./patience.ts";
import { ada, createRoom, live, parsed, signUp } from "./people.ts";
import { startStack } from "./stack.ts";
import { startDictation } from "./story.ts";

/** Screenshots, for a person to look at; git ignores the folder. */
const SHOTS = new URL("./shots/", import.meta.url);

/** Ends the dictation; gives what it put into the empty composer. */
async function stopped(page: Page): Promise<string> {
  await page.getByRole("button", { name: "Stop" }).click();
  const composer = page.locator("textarea[name=content]");
  return await eventually(
    async () => await composer.inputValue() || undefined,
    () => "No words came.",
  );
}

const panelOf = (page: Page) => page.getByRole("group", { name: "Dictation" });

/** What is wrong with how a page looks, in both widths and schemes. */
async function looked(page: Page, name: string): Promise<string[]> {
  const found: string[] = [];
  for (const [width, height] of [[390, 844], [1280, 800]]) {
    await page.setViewportSize({ width, height });
    if (await overflow(page) > 0) found.push(`${name}: too wide at ${width}`);
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      const file = new URL(`${name}-${width}-${colorScheme}.png`, SHOTS);
      await page.screenshot({ path: file.pathname });
      found.push(...await findings(page, colorScheme));
    }
  }
  await page.setViewportSize({ width: 390, height: 844 });
  return found;
}

Deno.test({
  name:
    "a language, spoken marks and one's own words hold for the microphone, too",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    const folder = await Deno.makeTempDir({ prefix: "chatsphere-media-" });
    await Deno.mkdir(SHOTS, { recursive: true });
    const said = "hello comma how are you question mark";
    const speech = await microphoneFile(folder, said);
    await using server = await startTranscriptionServer(
      (sent, heard) =>
        // A browser's noise filter smears the ends, so the words are those of whatever was said.
        SERVERS["OpenAI gpt-4o-transcribe"](sent, {
          ...heard,
          text: sent.pcm.length > 16_000 ? said : "",
        }),
      said,
    );
    const stack = await startStack({ TRANSCRIBE_API_URL: server.url });
    const browser = await openBrowser({ microphone: speech.path });
    const found: string[] = [];
    try {
      const { context, problems } = await openContext(browser, stack.url, {
        viewport: { width: 390, height: 844 },
        reducedMotion: "reduce",
      });
      const page = await context.newPage();
      await signUp(page, ada, { file: await selfieFile(folder, "ada") });
      await createRoom(page, "Bakery");
      const room = page.url();

      await page.goto("/account", parsed);
      await page.getByRole("link", { name: "Change how you dictate" }).click();
      await page.getByLabel("Language").selectOption("English (United States)");
      await page.getByLabel(/I say “comma”/).check();
      await page.getByLabel("Names and words of your own").fill(
        "Kubernetes\nZażółć gęślą jaźń\nمحرك تحليلي",
      );
      await page.getByRole("button", { name: "Save" }).click();
      await page.getByText("Saved.").waitFor();
      found.push(...await looked(page, "account-dictation"));
      await page.goto(`${room}/dictate`, parsed);
      found.push(...await looked(page, "dictate-language"));

      await page.goto(room, parsed);
      await live(page);
      await startDictation(page);
      const language = panelOf(page).getByLabel("Language");
      assertEquals(await language.inputValue(), "en-US");
      found.push(...await looked(page, "panel-language"));
      await page.waitForTimeout(speech.milliseconds);
      assertEquals(await stopped(page), "Hello, how are you?");
      const english = server.sent.at(-1)!.fields;
      assertEquals(english.language, ["en"]);
      const hints = english.prompt[0].split(", ");
      for (const hint of ["Kubernetes", "Bakery", "Ada Lovelace"]) {
        assert(hints.includes(hint), hint);
      }

      await page.locator("textarea[name=content]").fill("");
      await startDictation(page);
      await language.selectOption("German");
      await page.waitForTimeout(speech.milliseconds);
      await stopped(page);
      assertEquals(server.sent.at(-1)!.fields.language, ["de"]);

      // The page remembers, until it is left; and a line that is cut in the middle of the sentence
      // costs no word of it: no recording had to be sent.
      await page.locator("textarea[name=content]").fill("");
      await page.unrouteAll();
      let cuts = 0;
      await page.routeWebSocket("**/transcribe/live?*", (line) => {
        const service = line.connectToServer();
        let pieces = 0;
        line.onMessage((piece) => {
          // The microphone's file begins with a second of silence.
          if (++pieces > 18 && cuts < 2) {
            cuts++;
            return line.close({ code: 1011 });
          }
          service.send(piece);
        });
      });
      const recordings: string[] = [];
      page.on("request", (request) => {
        if (request.url().endsWith("/transcribe")) {
          recordings.push(request.url());
        }
      });
      await startDictation(page);
      assertEquals(await language.inputValue(), "de");
      await language.selectOption("English (United States)");
      await page.waitForTimeout(speech.milliseconds);
      assertEquals(await stopped(page), "Hello, how are you?");
      assertEquals(cuts, 2);
      assertEquals(recordings, []);
      assertEquals([...found, ...problems], []);
    } finally {
      await browser.close();
      await stack.close();
      await Deno.remove(folder, { recursive: true });
    }
  },
});
