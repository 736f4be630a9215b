import { assertEquals } from "@std/assert";
import { openBrowser, openContext } from "./browser.ts";
import { chapters } from "./chapters.ts";
import { selfieFile } from "./media.ts";
import {
  ada,
  createRoom,
  fillSignUp,
  grace,
  invite,
  join,
  openInvitation,
  parsed,
  signIn,
  signOut,
  signUp,
} from "./people.ts";
import { startStack } from "./stack.ts";

Deno.test({
  name: "without JavaScript: sign up, sign in, invite, accept, send and read",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn(t) {
    const folder = await Deno.makeTempDir({ prefix: "chatsphere-media-" });
    const stack = await startStack();
    const browser = await openBrowser();
    try {
      const plain = { javaScriptEnabled: false };
      const a = await openContext(browser, stack.url, plain);
      const g = await openContext(browser, stack.url, plain);
      const adas = await a.context.newPage();
      const graces = await g.context.newPage();
      const texts = (page: typeof adas) =>
        page.locator("[role=log] .text").allInnerTexts();
      const write = async (page: typeof adas, text: string) => {
        await page.locator("textarea[name=content]").fill(text);
        await page.getByRole("button", { name: "Send" }).click();
        await page.waitForLoadState("domcontentloaded");
      };
      const story = chapters(t, stack, [adas, graces]);
      let room = "";

      await story.step(
        "Ada signs up, and in again with another picture",
        async () => {
          await signUp(adas, ada, { file: await selfieFile(folder, "ada") });
          await signOut(adas);
          const second = await selfieFile(folder, "ada", "second");
          await signIn(adas, ada, { file: second });
          await adas.waitForURL("**/rooms", parsed);
        },
      );

      await story.step(
        "she creates a room and invites Grace, who joins",
        async () => {
          room = await createRoom(adas, "Plain room");
          await invite(adas, room, grace.email);
          await openInvitation(graces, grace.email);
          await graces.getByRole("link", { name: "Create an account" }).click();
          const file = await selfieFile(folder, "grace");
          await fillSignUp(graces, grace, { file });
          await graces.waitForURL("**/invitations/*", parsed);
          assertEquals(await join(graces), room);
        },
      );

      await story.step("both send, and read what the other sent", async () => {
        await adas.goto(room, parsed);
        await write(adas, "Hello without a script");
        await graces.goto(room, parsed);
        assertEquals(await texts(graces), ["Hello without a script"]);
        await write(graces, "Hello back");
        await adas.goto(room, parsed);
        assertEquals(await texts(adas), [
          "Hello without a script",
          "Hello back",
        ]);
      });

      await story.step("a search leads to what was said", async () => {
        await adas.getByRole("link", { name: "Search" }).click();
        await adas.getByRole("searchbox").fill("BACK");
        await adas.getByRole("main").getByRole("button", { name: "Search" })
          .click();
        await adas.getByRole("link", { name: /Hello back/ }).click();
        const marked = adas.locator(".message:target .text");
        assertEquals(await marked.innerText(), "Hello back");
        await adas.getByRole("link", { name: "Go to the newest" })
          .click();
      });

      await story.step("what is refused stays in the composer", async () => {
        const long = "x".repeat(4_001);
        await write(adas, long);
        assertEquals(
          await adas.locator("textarea[name=content]").inputValue(),
          long,
        );
        assertEquals((await texts(adas)).length, 2);
      });

      await story.step(
        "a new message appears in the live view by itself",
        async () => {
          await adas.goto(`${room}/live`, { waitUntil: "commit" });
          await write(graces, "Live, and still no script");
          await adas.getByText("Live, and still no script").waitFor();
        },
      );
    } finally {
      await browser.close();
      await stack.close();
      await Deno.remove(folder, { recursive: true });
    }
  },
});
