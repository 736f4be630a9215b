import { assert, assertEquals, assertMatch } from "@std/assert";
import { openBrowser, openContext } from "./browser.ts";
import { chapters } from "./chapters.ts";
import { microphoneFile, selfieFile } from "./media.ts";
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
        await page.getByRole("button", { name: "Send", exact: true }).click();
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

      await story.step(
        "a room's name stands beside the icons, as nothing is told below it",
        async () => {
          const middleOf = async (selector: string) => {
            const box = await adas.locator(selector).boundingBox();
            return box!.y + box!.height / 2;
          };
          const before = adas.viewportSize()!;
          for (const width of [390, 1_280]) {
            await adas.setViewportSize({ width, height: 844 });
            const name = await middleOf(".room-head h1");
            const icon = await middleOf(".room-head .icon-search");
            assert(Math.abs(name - icon) < 2, `${name} and ${icon}`);
          }
          await adas.setViewportSize(before);
        },
      );

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
        "a message's time leads to its forms: edit, react, reply, delete",
        async () => {
          const open = async (page: typeof adas, text: string) => {
            await page.goto(room, parsed);
            await page.locator(".message").filter({ hasText: text })
              .locator("a.at").click();
            await page.waitForURL("**/messages/*", parsed);
          };
          const press = async (page: typeof adas, name: string | RegExp) => {
            await page.getByRole("main").getByRole("button", { name }).click();
            await page.waitForLoadState("domcontentloaded");
          };
          await open(adas, "Hello without a script");
          await adas.getByRole("textbox", { name: "The message" }).fill(
            "Hello, edited",
          );
          await press(adas, "Save");
          await adas.getByText("Message edited.").waitFor();
          const link = await adas.getByRole("textbox", {
            name: "Link to this message",
          })
            .inputValue();

          await open(graces, "Hello, edited");
          await press(graces, "👍");
          await graces.locator("form button", { hasText: "👍 1" }).waitFor();
          await graces.getByLabel("Your reply").fill("Well said");
          await press(graces, "Send reply");
          await graces.waitForURL(`**${room}*`, parsed);
          await graces.getByRole("link", { name: /Hello, edited/ }).click();
          await graces.waitForURL(link, parsed);

          await open(adas, "Well said");
          assertEquals(
            await adas.getByRole("textbox", { name: "The message" }).count(),
            0,
          );
          await open(graces, "Well said");
          await graces.getByText("Delete this message").click();
          await press(graces, "Delete for everyone");
          await graces.getByText("Message deleted.").waitFor();
          await adas.goto(room, parsed);
          assertMatch((await texts(adas))[0], /^Hello, edited/);
          assertEquals((await texts(adas))[2], "This message was deleted.");
        },
      );

      await story.step(
        "a recording becomes words to be edited and sent",
        async () => {
          await adas.goto(room, parsed);
          await adas.locator("textarea[name=content]").fill("She said:");
          await adas.getByRole("button", { name: "Dictate" }).click();
          const speech = await microphoneFile(folder, "go forward ten meters");
          await adas.setInputFiles("input[name=recording]", speech.path);
          await adas.getByRole("button", { name: "Transcribe" }).click();
          await adas.getByRole("button", { name: "Add another" }).waitFor();
          const box = adas.locator("textarea[name=content]");
          assertMatch(await box.inputValue(), /^She said: \S+ \S+/);
          await box.fill("She said: go forward");
          await adas.getByRole("button", { name: "Send" }).click();
          await adas.waitForURL(`**${room}*`, parsed);
          assertEquals((await texts(adas)).at(-1), "She said: go forward");
          const audio = adas.locator(".message audio").last();
          const src = await audio.getAttribute("src") ?? "";
          const part = await adas.request.get(src, {
            headers: { range: "bytes=0-3" },
          });
          assertEquals([part.status(), await part.text()], [206, "RIFF"]);
        },
      );

      await story.step(
        "a new message appears in the live view by itself",
        async () => {
          await graces.goto(room, parsed);
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
