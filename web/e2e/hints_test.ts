import { assert, assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { openBrowser, openContext } from "./browser.ts";
import { approachingFile, selfieFile } from "./media.ts";
import { ada, parsed, signOut, signUp } from "./people.ts";
import { startStack } from "./stack.ts";

const button = (page: Page, name: string) =>
  page.getByRole("main").getByRole("button", { name });

/** Waits for what the oval says. */
const says = (page: Page, text: string) =>
  page.getByRole("status").getByText(text).waitFor();

const FINE = "Fit your face in the oval";

Deno.test({
  name:
    "the oval says that somebody is too far away, or turned, before a photo is taken",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn(t) {
    const folder = await Deno.makeTempDir({ prefix: "chatsphere-media-" });
    const stack = await startStack();
    const browser = await openBrowser({
      camera: await approachingFile(folder, "ada"),
    });
    try {
      const { context } = await openContext(browser, stack.url);
      const page = await context.newPage();
      await signUp(page, ada, { file: await selfieFile(folder, "ada") });
      await signOut(page);

      await t.step("no frame leaves before its person has agreed", async () => {
        await page.goto("/register");
        const consent = page.locator("input[name=consent]");
        const sent: boolean[] = [];
        await page.route("**/face-hint", async (route) => {
          sent.push(await consent.isChecked());
          await route.continue();
        });
        await button(page, "Use the camera").click();
        await says(page, FINE);
        await consent.check();
        await says(page, "You are too far away. Come closer.");
        assert(sent.length > 0);
        assertEquals(sent.filter((agreed) => !agreed), []);
        await page.unrouteAll({ behavior: "wait" });
      });

      await t.step(
        "one tap signs in, once the oval says all is well",
        async () => {
          await page.goto("/login");
          await page.getByLabel("E-mail").fill(ada.email);
          await page.getByLabel("Password").fill(ada.password);
          await button(page, "Continue").click();
          await page.waitForURL("**/login/face*", parsed);
          await page.route("**/face-hint", (route) => route.abort());
          await button(page, "Use the camera").click();
          await says(page, FINE);
          await page.unrouteAll({ behavior: "wait" });
          await says(page, "You are too far away. Come closer.");
          await says(page, "Your head is turned or tilted.");
          await says(page, FINE);
          await button(page, "Sign in").click();
          await page.waitForURL("**/rooms", parsed);
        },
      );
    } finally {
      await browser.close();
      await stack.close();
      await Deno.remove(folder, { recursive: true });
    }
  },
});
