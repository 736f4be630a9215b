import { assertEquals, assertMatch } from "@std/assert";
import type { Page } from "playwright-core";
import type { Turn } from "../accounts/liveness.ts";
import { openBrowser, openContext } from "./browser.ts";
import { chapters } from "./chapters.ts";
import { HELD, selfieFile, turningFile } from "./media.ts";
import { ada, focusOn, parsed, signOut, signUp } from "./people.ts";
import { PATIENCE } from "./patience.ts";
import { startStack } from "./stack.ts";

const button = (page: Page, name: string) =>
  page.getByRole("main").getByRole("button", { name });

async function givePassword(page: Page) {
  await page.goto("/login");
  await page.getByLabel("E-mail").fill(ada.email);
  await page.getByLabel("Password").fill(ada.password);
  await button(page, "Continue").click();
  await page.waitForURL("**/login/face*", parsed);
}

/** The side the page asks for. */
async function askedOn(page: Page): Promise<Turn> {
  const label = page.locator("label", { hasText: "Head turned to your" });
  return /left|right/.exec(await label.innerText())![0] as Turn;
}

/** Presses a button at a moment when the camera sees the head held so, and goes on to. */
async function takeWhen(page: Page, held: keyof typeof HELD, name: string) {
  await button(page, name).waitFor();
  await page.evaluate(async ({ colour, name, patience }) => {
    const video = document.querySelector("video")!;
    const corner = document.createElement("canvas");
    corner.width = corner.height = 1;
    const pen = corner.getContext("2d", { willReadFrequently: true })!;
    const giveUpAt = performance.now() + patience;
    for (let seen = 0; seen < 3;) {
      if (performance.now() > giveUpAt) throw new Error("It was never seen");
      await new Promise(requestAnimationFrame);
      const { videoWidth, videoHeight } = video;
      pen.drawImage(video, videoWidth / 40, videoHeight / 40, 9, 9, 0, 0, 1, 1);
      const rgb = [...pen.getImageData(0, 0, 1, 1).data].slice(0, 3);
      const isSo = rgb.every((value, i) => value > 128 === (i === colour));
      seen = isSo ? seen + 1 : 0;
    }
    [...document.querySelectorAll("button")]
      .find(({ textContent }) => textContent === name)!.click();
  }, { colour: HELD[held], name, patience: PATIENCE });
}

/** Takes both photos: straight ahead, and then with the head held so. */
async function takeBoth(page: Page, second: keyof typeof HELD) {
  await button(page, "Use the camera").click();
  await takeWhen(page, "straight", "Take first photo");
  const turn = await askedOn(page);
  await page.getByRole("status")
    .getByText(`Now turn your head slowly to your ${turn}`).waitFor();
  await focusOn(page, "Take second photo");
  await takeWhen(page, second, "Take second photo");
  await page.getByRole("status").getByText("The photos are ready.").waitFor();
  // The inputs tell which photo is which.
  const names = await page.locator("input[name=selfie]").evaluateAll(
    (inputs) => inputs.map((input) => (input as HTMLInputElement).value),
  );
  assertMatch(names.join(), /selfie-1\.jpg,.*selfie-2\.jpg$/);
  await button(page, "Sign in").click();
}

Deno.test({
  name: "where liveness is asked for, the head turns as asked, or nobody is in",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn(t) {
    const folder = await Deno.makeTempDir({ prefix: "chatsphere-media-" });
    const stack = await startStack({ FACE_LIVENESS: "turn" });
    const browser = await openBrowser({
      camera: await turningFile(folder, "ada"),
    });
    try {
      const scripted = await openContext(browser, stack.url);
      const plain = await openContext(browser, stack.url, {
        javaScriptEnabled: false,
      });
      const page = await scripted.context.newPage();
      const bare = await plain.context.newPage();
      const story = chapters(t, stack, [page, bare]);

      await story.step("a head that stays straight is refused", async () => {
        await signUp(page, ada, { file: await selfieFile(folder, "ada") });
        await signOut(page);
        await givePassword(page);
        await takeBoth(page, "straight");
        await page.getByText("not turn your head far enough").waitFor();
      });

      await story.step(
        "what is asked next is the same wherever it stands",
        async () => {
          const turn = await askedOn(page);
          const words = await page.getByRole("main").innerText();
          const sides = new Set(words.match(/(?<=to your )(left|right)/g));
          assertEquals([...sides], [turn]);
        },
      );

      await story.step("one that turns as asked signs in", async () => {
        await takeBoth(page, await askedOn(page));
        await page.waitForURL("**/rooms", parsed);
      });

      await story.step("without JavaScript, two files do", async () => {
        await givePassword(bare);
        const turn = await askedOn(bare);
        const files = [
          await selfieFile(folder, "ada", "second"),
          await selfieFile(folder, "ada", turn),
        ];
        const inputs = bare.locator("input[name=selfie]");
        assertEquals(await inputs.count(), files.length);
        for (const [i, file] of files.entries()) {
          await inputs.nth(i).setInputFiles(file);
        }
        await button(bare, "Sign in").click();
        await bare.waitForURL("**/rooms", parsed);
      });

      assertEquals([...scripted.problems, ...plain.problems], []);
    } finally {
      await browser.close();
      await stack.close();
      await Deno.remove(folder, { recursive: true });
    }
  },
});
