import { assertEquals } from "@std/assert";
import { openBrowser, openContext } from "./browser.ts";
import { selfieFile } from "./media.ts";
import { ada, createRoom, parsed, signUp } from "./people.ts";
import { startStack } from "./stack.ts";

Deno.test({
  name:
    "whoever goes back to a form that was refused sees it with what was typed, and is not asked to send it again",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn(t) {
    const folder = await Deno.makeTempDir({ prefix: "chatsphere-media-" });
    const stack = await startStack();
    const browser = await openBrowser();
    try {
      for (const javaScriptEnabled of [true, false]) {
        const how = javaScriptEnabled ? "with" : "without";
        await t.step(`${how} script`, async () => {
          const options = { javaScriptEnabled };
          const { context } = await openContext(browser, stack.url, options);
          const page = await context.newPage();
          await page.goto("/login", parsed);
          await page.getByLabel("E-mail").fill("nobody@example.com");
          await page.getByLabel("Password").fill("a wrong guess");
          await page.getByRole("main")
            .getByRole("button", { name: /continue/i }).click();
          const told = page.getByText("is not right").first();
          await told.waitFor();
          await page.goto("/docs", parsed);
          await page.goBack(parsed);
          await told.waitFor();
          const email = page.getByLabel("E-mail");
          assertEquals(await email.inputValue(), "nobody@example.com");

          const person = { ...ada, email: `${how}@example.com` };
          const file = await selfieFile(folder, "ada");
          await signUp(page, person, { file });
          const room = await createRoom(page, "Tea");
          const members = `${room}/members`;
          await page.goto(members, parsed);
          const name = page.getByLabel("Name", { exact: true });
          const rename = async (to: string) => {
            await name.fill(to);
            await page.getByRole("button", { name: "Rename" }).click();
          };
          await rename("\u200b");
          const failure = page.locator("#name-error");
          await failure.waitFor();
          await page.reload(parsed);
          await failure.waitFor();
          await rename("Green tea");
          await page.getByText("Room renamed.").waitFor();
          assertEquals(
            page.url(),
            new URL(`${members}?done=rename`, stack.url).href,
          );
          await page.goBack(parsed);
          await failure.waitFor();
          await page.goBack(parsed);
          assertEquals(new URL(page.url()).search, "");
          assertEquals(await name.inputValue(), "Green tea");
          await context.close();
        });
      }
    } finally {
      await browser.close();
      await stack.close();
      await Deno.remove(folder, { recursive: true });
    }
  },
});
