import { assert, assertEquals } from "@std/assert";
import { openBrowser, openContext } from "./browser.ts";
import { eventually } from "./patience.ts";
import { selfieFile } from "./media.ts";
import {
  ada,
  createRoom,
  grace,
  invite,
  join,
  live,
  openInvitation,
  send,
  signUp,
} from "./people.ts";
import { startStack } from "./stack.ts";

Deno.test({
  name: "an open room tells what happens beside it: other rooms, no network",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn(t) {
    const folder = await Deno.makeTempDir({ prefix: "chatsphere-media-" });
    // A room is filled faster here than people write.
    const stack = await startStack({ MESSAGE_BURST: "1000" });
    const browser = await openBrowser();
    try {
      const a = await openContext(browser, stack.url);
      const g = await openContext(browser, stack.url);
      const adas = await a.context.newPage();
      const graces = await g.context.newPage();
      await adas.setViewportSize({ width: 1280, height: 800 });
      await signUp(adas, ada, { file: await selfieFile(folder, "ada") });
      await signUp(graces, grace, { file: await selfieFile(folder, "grace") });
      const tea = await createRoom(adas, "Tea");
      await invite(adas, tea, grace.email);
      await openInvitation(graces, grace.email);
      await join(graces);
      await live(graces);
      await createRoom(adas, "Coffee");
      await live(adas);

      await t.step("the other room's count goes up", async () => {
        const link = adas.locator(`[data-room="${tea.split("/").at(-1)}"]`);
        await link.locator(".badge").waitFor({ state: "hidden" });
        await send(graces, "anyone for a cup?");
        await graces.locator(".message:not(.sending)", {
          hasText: "anyone for a cup?",
        }).waitFor();
        // As when she comes back to the tab; otherwise it would look within 30 s.
        await adas.evaluate(() => dispatchEvent(new Event("visibilitychange")));
        await link.locator(".badge").getByText("1", { exact: true }).waitFor();
      });

      const roomId = tea.split("/").at(-1);
      const say = async (count: number) => {
        for (let i = 0; i < count; i++) {
          const response = await adas.request.post("/api/messages", {
            data: { roomId, clientId: crypto.randomUUID(), content: `no ${i}` },
          });
          assertEquals(response.status(), 201);
        }
      };
      const hide = (hidden: boolean) =>
        graces.evaluate((hidden) => {
          const get = () => hidden;
          Object.defineProperty(document, "hidden", {
            configurable: true,
            get,
          });
          dispatchEvent(new Event("visibilitychange"));
        }, hidden);
      const titled = (title: string) =>
        graces.waitForFunction((title) => document.title === title, title);

      await t.step("the title counts what came unseen", async () => {
        await hide(true);
        await say(2);
        await titled("(2) Tea · ChatSphere");
        await hide(false);
        await titled("Tea · ChatSphere");
      });

      await t.step("the log is read from the composer, and back", async () => {
        await say(60);
        await graces.reload();
        await live(graces);
        const composer = graces.locator("textarea[name=content]");
        assert(await composer.evaluate((box) => box.matches(":focus")));
        const newest = graces.getByRole("button", { name: "Newest" });
        assertEquals(await newest.count(), 0);
        // Keys are heard once the part that hears them has run.
        await eventually(
          async () => {
            await composer.press("PageUp");
            return await newest.isVisible() || undefined;
          },
          () => Promise.resolve("Page up scrolls nothing"),
        );
        await newest.click();
        await newest.waitFor({ state: "detached" });
        const log = graces.getByRole("log");
        assertEquals(await log.evaluate((box) => box.scrollTop), 0);
        assert(await log.evaluate((box) => box.matches(":focus")));
      });

      await t.step("a reply leads to what it answers, far back", async () => {
        const log = graces.getByRole("log");
        const first = graces.locator(".message").filter({
          has: graces.locator(".text", { hasText: "anyone for a cup?" }),
        });
        await log.evaluate((box) => box.scrollTop = -box.scrollHeight);
        await first.hover();
        await first.locator(".more").click();
        await graces.getByRole("button", { name: "Reply" }).click();
        await send(graces, "a late yes");
        await graces.locator(".message:not(.sending)", {
          hasText: "a late yes",
        }).waitFor();
        await graces.reload();
        await live(graces);
        assertEquals(await first.count(), 0);
        await graces.getByRole("link", { name: "In reply to an earlier" })
          .click();
        await first.locator(".more:focus").waitFor();
      });

      await t.step(
        "being offline is said at once, and taken back",
        async () => {
          const status = adas.locator(".status");
          await a.context.setOffline(true);
          await status.getByText("You are offline. Nothing is lost.")
            .waitFor({ timeout: 5_000 });
          await a.context.setOffline(false);
          await live(adas);
        },
      );

      await t.step(
        "a room that was renamed while nobody could be told has its new name, in and beside it",
        async () => {
          await stack.kill("realtime");
          await graces.locator(".status.reconnecting").waitFor();
          const renamed = await adas.request.patch(
            `/api/rooms/${roomId}/settings`,
            { data: { name: "Green tea" } },
          );
          assertEquals(renamed.status(), 200);
          assertEquals(await graces.title(), "Tea · ChatSphere");
          await stack.restart("realtime");
          await titled("Green tea · ChatSphere");
          const shown = (page: typeof adas, selector: string) =>
            page.locator(selector).getByText("Green tea", { exact: true })
              .waitFor({ state: "attached" });
          await shown(graces, ".room-head h1");
          await shown(graces, ".sidebar");
          await shown(adas, ".sidebar");
          const own = await adas.title();
          assert(own.endsWith("Coffee · ChatSphere"), own);
        },
      );
    } finally {
      await browser.close();
      await stack.close();
      await Deno.remove(folder, { recursive: true });
    }
  },
});
