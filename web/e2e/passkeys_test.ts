import { assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { addAuthenticator } from "./authenticator.ts";
import { openBrowser, openContext } from "./browser.ts";
import { chapters } from "./chapters.ts";
import { findings, overflow } from "./looks.ts";
import { grace, parsed, signOut } from "./people.ts";
import { startStack } from "./stack.ts";

const button = (page: Page, name: string) =>
  page.getByRole("main").getByRole("button", { name, exact: true });

async function fill(page: Page) {
  await page.getByLabel("Name", { exact: true }).fill(grace.name);
  await page.getByLabel("E-mail").fill(grace.email);
  await page.getByLabel("Password").fill(grace.password);
}

async function givePassword(page: Page) {
  await page.goto("/login");
  await page.getByLabel("E-mail").fill(grace.email);
  await page.getByLabel("Password").fill(grace.password);
  await button(page, "Continue").click();
}

Deno.test({
  name:
    "somebody who never shows a face signs up, in, and in again with a passkey",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn(t) {
    const stack = await startStack();
    const browser = await openBrowser();
    try {
      const { context, problems } = await openContext(browser, stack.url, {
        viewport: { width: 390, height: 800 },
        // A service worker would send forms where no route sees them.
        serviceWorkers: "block",
      });
      const page = await context.newPage();
      const key = await addAuthenticator(page);
      const story = chapters(t, stack, [page]);
      const looksRight = async () => {
        assertEquals(await findings(page, "light"), []);
        assertEquals(await overflow(page), 0);
      };

      await story.step(
        "she signs up with a passkey, and sees no camera",
        async () => {
          await page.goto("/register");
          await page.getByLabel("With a passkey").check();
          await page.locator(".camera").waitFor({ state: "hidden" });
          await looksRight();
          await fill(page);
          await button(page, "Create account").click();
          await page.waitForURL("**/register/passkey*", parsed);
          await looksRight();
          await page.getByLabel("What to call it").fill("Laptop");
          await button(page, "Make the passkey").click();
          await page.waitForURL("**/rooms", parsed);
          assertEquals(await key.count(), 1);
        },
      );

      await story.step(
        "after the password it is what she is asked for",
        async () => {
          await signOut(page);
          // Else the browser would sign her in before she has typed anything.
          await key.approve(false);
          await givePassword(page);
          await page.waitForURL("**/login/passkey*", parsed);
          await looksRight();
          await key.approve(true);
          await button(page, "Sign in with my passkey").click();
          await page.waitForURL("**/rooms", parsed);
        },
      );

      await story.step("it signs in alone, at a press", async () => {
        await signOut(page);
        await key.approve(false);
        await page.goto("/login");
        await button(page, "Sign in with a passkey").waitFor();
        await looksRight();
        await key.approve(true);
        await button(page, "Sign in with a passkey").click();
        await page.waitForURL("**/rooms", parsed);
      });

      await story.step(
        "the browser offers it by itself on the page",
        async () => {
          await signOut(page);
          await page.goto("/login");
          // Nothing is pressed: the authenticator approves what the page asks quietly.
          await page.waitForURL("**/rooms", parsed);
        },
      );

      await story.step(
        "she sees her devices, and signs one of them out",
        async () => {
          const other = await openContext(browser, stack.url);
          const there = await other.context.newPage();
          await givePassword(there);
          await there.waitForURL("**/login/passkey*", parsed);
          await button(there, "Use an e-mail code instead").click();
          await there.waitForURL("**/login/code*", parsed);
          await page.goto("/outbox");
          await page.getByRole("link").filter({ hasText: "sign-in code" })
            .first().click();
          const mail = await page.getByRole("main").innerText();
          await there.getByLabel("Code").fill(/\d{3} \d{3}/.exec(mail)![0]);
          await button(there, "Sign in").click();
          await there.waitForURL("**/rooms", parsed);
          await page.goto("/account/sessions");
          await page.getByText("(this one)").waitFor();
          await page.locator("li.person").nth(1).waitFor();
          await looksRight();
          await button(page, "Sign out").first().click();
          await page.getByText("That device was signed out.").waitFor();
          await there.goto("/account");
          await there.waitForURL("**/login?*", parsed);
          assertEquals(other.problems, []);
          await other.context.close();
        },
      );

      let codes: string[] = [];
      await story.step(
        "she makes recovery codes, which show once",
        async () => {
          await page.goto("/account/recovery");
          await page.getByLabel("Your password").fill(grace.password);
          await button(page, "Make ten codes").click();
          await page.getByText("These are your new codes").waitFor();
          await looksRight();
          codes = await page.locator("ol code").allInnerTexts();
          assertEquals(codes.length, 10);
          await page.reload();
          await page.getByText("You have 10 codes left").waitFor();
        },
      );

      await story.step("one of them signs in, once", async () => {
        await signOut(page);
        await key.approve(false);
        for (const isFirst of [true, false]) {
          await givePassword(page);
          // What was used last comes first.
          await page.waitForURL("**/login/code*", parsed);
          await page.getByRole("link", { name: "Use a recovery code" }).click();
          await page.waitForURL("**/login/recovery*", parsed);
          await looksRight();
          await page.getByLabel("Recovery code").fill(codes[0]);
          await button(page, "Sign in").click();
          if (!isFirst) continue;
          await page.waitForURL("**/rooms", parsed);
          await signOut(page);
        }
        await page.getByText("it was used before").waitFor();
        await page.getByLabel("Recovery code").fill(codes[1]);
        await button(page, "Sign in").click();
        await page.waitForURL("**/rooms", parsed);
      });

      await story.step("she calls it otherwise, and removes it", async () => {
        await page.goto("/account/passkeys");
        await page.getByText("last used").waitFor();
        await page.locator("summary", { hasText: "Rename" }).click();
        await page.getByLabel("Its new name").fill("My phone");
        await button(page, "Save name").click();
        await page.getByText("Passkey renamed.").waitFor();
        await looksRight();
        await page.locator("summary", { hasText: "Remove" }).click();
        await page.locator("#password-0").fill(grace.password);
        await button(page, "Remove this passkey").click();
        await page.getByText("You have none yet").waitFor();
      });

      await story.step(
        "it signs in no more, and a code by e-mail does",
        async () => {
          await signOut(page);
          await key.approve(false);
          await page.goto("/login");
          await button(page, "Sign in with a passkey").waitFor();
          // The next page asks quietly, too: approved by itself, that would be sent again and again.
          await page.route(/\/login\?/, async (route) => {
            await key.approve(false);
            await route.continue();
          }, { times: 1 });
          await key.approve(true);
          await button(page, "Sign in with a passkey").click();
          await page.getByText("That passkey did not work here").waitFor();
          await key.forgetAll();
          await givePassword(page);
          await page.waitForURL("**/login/code*", parsed);
          await looksRight();
        },
      );

      await story.step("a device without a passkey is told so", async () => {
        await key.approve(true);
        await page.goto("/login");
        await button(page, "Sign in with a passkey").click();
        await page.getByText("Your device did not offer a passkey").waitFor();
      });

      assertEquals(problems, []);
    } finally {
      await browser.close();
      await stack.close();
    }
  },
});
