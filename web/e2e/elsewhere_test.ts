import { assert, assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { openBrowser, openContext } from "./browser.ts";
import { selfieFile } from "./media.ts";
import { keepNotifications } from "./notifications.ts";
import { eventually } from "./patience.ts";
import {
  ada,
  createRoom,
  grace,
  invite,
  join,
  live,
  openInvitation,
  send,
  signOut,
  signUp,
} from "./people.ts";
import { startStack } from "./stack.ts";

/** Has a page note what it shows outside of itself, and lets a test say whether it is hidden. */
const watched = (page: Page) =>
  page.addInitScript(() => {
    // deno-lint-ignore no-explicit-any -- what a page has besides
    const scope = globalThis as any;
    Object.assign(scope, { isHidden: false, badges: [], notes: 0 });
    Object.defineProperty(document, "hidden", { get: () => scope.isHidden });
    document.hasFocus = () => !scope.isHidden;
    Object.assign(navigator, {
      setAppBadge: (count: number) => Promise.resolve(scope.badges.push(count)),
    });
    const { start } = OscillatorNode.prototype;
    OscillatorNode.prototype.start = function (...when) {
      scope.notes += 1;
      return start.apply(this, when);
    };
  });

const hide = (page: Page, isHidden: boolean) =>
  page.evaluate((isHidden) => {
    Object.assign(globalThis, { isHidden });
    document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
    dispatchEvent(new Event("focus"));
  }, isHidden);

const noted = (page: Page) =>
  page.evaluate(() => {
    // deno-lint-ignore no-explicit-any -- what a page has besides
    const { badges, notes } = globalThis as any;
    return { badge: badges.at(-1) as number, notes: notes as number };
  });

const shownIn = (page: Page): Promise<string[]> =>
  page.evaluate(async () => {
    const registration = await navigator.serviceWorker.ready;
    const shown = await registration.getNotifications();
    return shown.map(({ title, body }) => `${title}: ${body}`).sort();
  });

const until = (page: Page, is: (now: unknown) => boolean) =>
  eventually(
    async () => {
      const now = { ...await noted(page), shown: await shownIn(page) };
      return is(JSON.stringify(now)) || undefined;
    },
    async () =>
      JSON.stringify({ ...await noted(page), shown: await shownIn(page) }),
  );

Deno.test({
  name:
    "who looks elsewhere is told by a page that is open, and leaves nothing when signing out",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn(t) {
    const folder = await Deno.makeTempDir({ prefix: "chatsphere-media-" });
    const stack = await startStack();
    const browser = await openBrowser();
    try {
      const a = await openContext(browser, stack.url);
      const g = await openContext(browser, stack.url);
      const { origin } = new URL(stack.url);
      await a.context.grantPermissions(["notifications"], { origin });
      const adas = await a.context.newPage();
      const graces = await g.context.newPage();
      await signUp(adas, ada, { file: await selfieFile(folder, "ada") });
      await signUp(graces, grace, { file: await selfieFile(folder, "grace") });
      const tea = await createRoom(adas, "Tea");
      await invite(adas, tea, grace.email);
      await openInvitation(graces, grace.email);
      await join(graces);
      await graces.goto(tea);
      await live(graces);
      await watched(adas);
      await adas.addInitScript(keepNotifications);

      await t.step("a notification, a sound and a badge", async () => {
        await adas.goto("/account/notifications");
        await adas.getByLabel("Play a quiet sound").check();
        await adas.getByRole("button", { name: "Save" }).click();
        await adas.waitForURL("**/*done=settings");
        assert(await adas.getByLabel("Play a quiet sound").isChecked());
        await adas.goto(tea);
        await live(adas);
        await adas.evaluate(() => navigator.serviceWorker.ready.then(() => {}));
        await until(adas, (now) => now === '{"badge":0,"notes":0,"shown":[]}');
        await hide(adas, true);
        await send(graces, "Nothing for her");
        await send(graces, "@Ada Lovelace: tea?");
        const shown = '["Grace Hopper · Tea: @Ada Lovelace: tea?"]';
        await until(
          adas,
          (now) => now === `{"badge":2,"notes":2,"shown":${shown}}`,
        );
        // Read: it goes, and so does the number.
        await hide(adas, false);
        await until(adas, (now) => now === '{"badge":0,"notes":2,"shown":[]}');
      });

      await t.step("the same on pages without a room", async () => {
        const said: string[] = [];
        for (const path of ["/account", "/rooms"]) {
          await adas.goto(path);
          const title = await adas.title();
          const scripts = () =>
            adas.evaluate(() =>
              performance.getEntriesByType("resource")
                .filter(({ name }) => name.includes("elsewhere.js")).length
            );
          assertEquals(await scripts(), 0);
          await hide(adas, true);
          said.push(`@Ada Lovelace: ${path}?`);
          await send(graces, said.at(-1)!);
          const shown = said.map((text) => `Grace Hopper · Tea: ${text}`);
          const now = {
            ...{ badge: said.length, notes: 2 },
            shown: shown.sort(),
          };
          await until(adas, (is) => is === JSON.stringify(now));
          assertEquals(await scripts(), 1);
          if (path === "/account") {
            assertEquals(await adas.title(), `(@1) ${title}`);
          }
          await hide(adas, false);
          if (path === "/account") assertEquals(await adas.title(), title);
        }
        // Read in a room, it goes there.
        await adas.goto(tea);
        await live(adas);
        await until(adas, (now) => now === '{"badge":0,"notes":0,"shown":[]}');
      });

      await t.step("what waits is sent first, or goes", async () => {
        await stack.kill("realtime");
        await send(adas, "Written too late");
        await adas.goto("/rooms");
        await adas.getByText("Waiting to be sent: 1.").waitFor();
        // As where the worker was not told yet, or what waits was refused.
        await adas.evaluate(() => caches.delete("unsent"));
        await adas.getByRole("button", { name: "Sign out" }).click();
        await adas.waitForURL("**/sign-out");
        await adas.getByText("Waiting to be sent: 1.").waitFor();
        // Nothing has ended: neither rooms that are kept are gone, nor recordings.
        assert(await adas.evaluate(() => caches.has("pages")));
        await stack.restart("realtime");
        await adas.getByRole("link", { name: "Stay, and let it" }).click();
        await adas.getByText("Everything was sent.").waitFor();
        await adas.goto(tea);
        await live(adas);
        await adas.locator("textarea[name=content]").fill("A secret draft");
        const kept = () =>
          adas.evaluate(() =>
            JSON.stringify([{ ...localStorage }, { ...sessionStorage }])
          );
        await eventually(
          async () => (await kept()).includes("A secret draft") || undefined,
          kept,
        );
        await signOut(adas);
        await eventually(
          async () => await kept() === "[{},{}]" || undefined,
          kept,
        );
        const workers = await adas.evaluate(async () =>
          (await navigator.serviceWorker.getRegistrations()).length
        );
        assertEquals(workers, 0);
      });
    } finally {
      await browser.close();
      await stack.close();
      await Deno.remove(folder, { recursive: true });
    }
  },
});
