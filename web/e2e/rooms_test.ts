import { assertEquals } from "@std/assert";
import { openBrowser, openContext } from "./browser.ts";
import { selfieFile } from "./media.ts";
import {
  ada,
  createRoom,
  grace,
  invite,
  join,
  openInvitation,
  signUp,
} from "./people.ts";
import { startStack } from "./stack.ts";

Deno.test({
  name: "the list of rooms on a phone follows what happens",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn(t) {
    const folder = await Deno.makeTempDir({ prefix: "chatsphere-media-" });
    const stack = await startStack();
    const browser = await openBrowser();
    try {
      const phone = {
        viewport: { width: 390, height: 844 },
        hasTouch: true,
        isMobile: true,
      };
      const a = await openContext(browser, stack.url, phone);
      const g = await openContext(browser, stack.url);
      const adas = await a.context.newPage();
      const graces = await g.context.newPage();
      await signUp(adas, ada, { file: await selfieFile(folder, "ada") });
      await signUp(graces, grace, { file: await selfieFile(folder, "grace") });
      const tea = await createRoom(adas, "Tea");
      await invite(adas, tea, grace.email);
      await openInvitation(graces, grace.email);
      await join(graces);
      const coffee = await createRoom(adas, "Coffee");

      let asked = 0;
      adas.on("request", (request) => {
        // The sign-in asks what a passkey is to sign, and a hidden tab for what it hears news with.
        const isElse = /passkey|api\/token/.test(request.url());
        if (request.resourceType() === "fetch" && !isElse) asked++;
      });
      const names = () =>
        adas.locator(".room-row-name").allInnerTexts().then((all) =>
          all.map((name) => name.trim())
        );
      const say = async (content: string) => {
        const data = {
          roomId: tea.split("/").at(-1),
          clientId: crypto.randomUUID(),
          content,
        };
        const answer = await graces.request.post("/api/messages", { data });
        assertEquals(answer.status(), 201);
      };
      const row = adas.locator(".room-row", { hasText: "Tea" });

      await t.step("text, count and order change by themselves", async () => {
        await adas.goto("/rooms");
        assertEquals(await names(), ["Coffee", "Tea"]);
        await adas.locator(".room-row", { hasText: "Coffee" }).focus();
        await say("the kettle is on");
        await row.getByText("the kettle is on").waitFor();
        assertEquals(await names(), ["Tea", "Coffee"]);
        await row.locator(".badge").getByText("1").waitFor();
        const focused = await adas.evaluate(() =>
          (document.activeElement as HTMLAnchorElement).pathname
        );
        assertEquals(focused, coffee);
      });

      await t.step("looking at the list reads nothing", async () => {
        await say("and it boils");
        await row.locator(".badge").getByText("2").waitFor();
      });

      await t.step("a list that is not seen asks for nothing", async () => {
        const hide = (hidden: boolean) =>
          adas.evaluate((hidden) => {
            Object.defineProperty(document, "hidden", {
              configurable: true,
              get: () => hidden,
            });
            const change = new Event("visibilitychange", { bubbles: true });
            document.dispatchEvent(change);
          }, hidden);
        await hide(true);
        const before = asked;
        await say("come and get it");
        await adas.waitForFunction(() => document.title.startsWith("(3) "));
        await adas.waitForTimeout(2_000);
        assertEquals(asked, before);
        await hide(false);
        await row.getByText("come and get it").waitFor();
      });

      await t.step("beside another room count and title go on", async () => {
        const beside = await a.context.newPage();
        await beside.goto(coffee);
        await say("the pot is empty");
        await beside.waitForFunction(() => document.title.startsWith("(4) "));
        await beside.waitForFunction(() =>
          document.querySelector("[data-room] [data-unread]")!.textContent ===
            "4"
        );
        await beside.close();
      });

      await t.step("a new name shows where the room is open", async () => {
        await graces.goto(tea);
        await graces.locator(".status.live").waitFor();
        // What is heard in idle moments after that is heard by now.
        await graces.locator('.message .at[tabindex="-1"]').first()
          .waitFor({ state: "attached" });
        const path = `/api${tea}/settings`;
        const data = { name: "Tea & cake" };
        const answer = await adas.request.patch(path, { data });
        assertEquals(answer.status(), 200);
        const heading = graces.getByRole("heading", { level: 1 });
        await heading.getByText("Tea & cake", { exact: true }).waitFor();
        assertEquals(await heading.getAttribute("title"), "Tea & cake");
        await graces.locator(".sidebar [aria-current] [title='Tea & cake']")
          .waitFor();
        assertEquals(await graces.title(), "Tea & cake · ChatSphere");
        // A message draws the page anew.
        await say("with lemon");
        await graces.locator(".message", { hasText: "with lemon" }).waitFor();
        assertEquals(await heading.innerText(), "Tea & cake");
      });

      await t.step("signed out, the page goes to the sign-in", async () => {
        const tab = await a.context.newPage();
        await tab.goto("/account");
        await tab.getByRole("button", { name: "Sign out", exact: true })
          .click();
        await adas.waitForURL("**/login*");
        const before = asked;
        await adas.waitForTimeout(2_000);
        assertEquals(asked, before);
        await tab.close();
      });

      await t.step("without script a frame shows what is new", async () => {
        const plain = await openContext(browser, stack.url, {
          ...phone,
          javaScriptEnabled: false,
          storageState: await g.context.storageState(),
        });
        const page = await plain.context.newPage();
        await page.goto("/rooms");
        const frame = page.frameLocator(".rooms-frame");
        await frame.getByText("New messages appear here").waitFor();
        await say("is there any left?");
        await frame.getByText("is there any left?").waitFor();
        await frame.getByRole("link", { name: /Tea/ }).click();
        await page.waitForURL(`**${tea}*`, { waitUntil: "domcontentloaded" });
        assertEquals(plain.problems, []);
      });
      assertEquals([a.problems, g.problems], [[], []]);
    } finally {
      await browser.close();
      await stack.close();
      await Deno.remove(folder, { recursive: true });
    }
  },
});
