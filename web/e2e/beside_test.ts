import { openBrowser, openContext } from "./browser.ts";
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
    const stack = await startStack();
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

      await t.step(
        "being offline is said at once, and taken back",
        async () => {
          const status = adas.locator(".status");
          await a.context.setOffline(true);
          await status.getByText("You are offline. What you write is kept.")
            .waitFor({ timeout: 5_000 });
          await a.context.setOffline(false);
          await live(adas);
        },
      );
    } finally {
      await browser.close();
      await stack.close();
      await Deno.remove(folder, { recursive: true });
    }
  },
});
