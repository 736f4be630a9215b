import { assert, assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";
import type { BrowserContext, Page } from "playwright-core";
import { openStage, type Stage } from "../bench/first-visit/stage.ts";
import { openBrowser, openContext } from "./browser.ts";
import { live, send, shown } from "./people.ts";
import { eventually } from "./patience.ts";

const here = fileURLToPath(new URL("../..", import.meta.url));

type Kept = typeof globalThis & { kept: Element[] };

/** Remembers what the server sent of each message, before any script of ours. */
const KEEP = `addEventListener("DOMContentLoaded", () => {
  window.kept = [...document.querySelectorAll(".message .text")];
})`;

/** Holds the scripts of a page back; what it gives lets them go. */
async function heldBack(context: BrowserContext): Promise<() => void> {
  const held = Promise.withResolvers<void>();
  await context.route(/\/_fresh\/js\//, async (route) => {
    await held.promise;
    await route.continue().catch(() => {});
  });
  return () => held.resolve();
}

async function unread(page: Page, room: string): Promise<number> {
  return await page.evaluate(async (id) => {
    const { rooms } = await (await fetch("/api/chat")).json();
    return rooms.find((one: { id: string }) => one.id === id).summary.unread;
  }, room.split("/").at(-1)!);
}

const say = async ({ other, rooms }: Stage, at: 0 | 1, content: string) => {
  const roomId = rooms[at].split("/").at(-1);
  const clientId = crypto.randomUUID();
  const answer = await other("/api/messages", { roomId, clientId, content });
  assertEquals(answer.status, 201);
  return (await answer.json()).message?.id as string | undefined;
};

Deno.test({
  name: "a first visit: what the server sent comes alive as it stands",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn(t) {
    const stage = await openStage(here);
    const browser = await openBrowser();
    const { url, session, rooms: [room, next] } = stage;
    const visit = async (zone?: string) => {
      const { context, problems } = await openContext(browser, url, {
        serviceWorkers: "block",
        timezoneId: zone,
      });
      await context.addCookies([{ ...session, url }]);
      const page = await context.newPage();
      await page.addInitScript(KEEP);
      return { context, page, problems };
    };
    try {
      await t.step(
        "no row is drawn anew, and every row can be used",
        async () => {
          const { context, page, problems } = await visit("Pacific/Auckland");
          await page.goto(room);
          await live(page);
          // The link to a message leaves the way of the Tab key once its row is awake.
          await page.waitForFunction(() =>
            [...document.querySelectorAll<HTMLElement>(".message .at")]
              .every((link) => link.tabIndex === -1)
          );
          const { rows, gone } = await page.evaluate(() => {
            const { kept } = globalThis as Kept;
            const gone = kept.filter((text) => !text.isConnected).length;
            return { rows: kept.length, gone };
          });
          assertEquals({ rows, gone }, { rows: 50, gone: 0 });
          // In the person's own zone, which the server did not know.
          const isOwn = await page.evaluate(() =>
            [...document.querySelectorAll(".message time")].every((time) => {
              const ms = Date.parse((time as HTMLTimeElement).dateTime);
              const own = new Intl.DateTimeFormat(navigator.language, {
                ...{ hour: "numeric", minute: "2-digit" },
              }).format(ms);
              return time.textContent === own;
            })
          );
          assert(isOwn);
          // Each has its buttons by now, and once.
          const offers = await page.evaluate(() =>
            [...document.querySelectorAll(".message")].map((row) =>
              [...row.querySelectorAll<HTMLElement>("[data-do]")]
                .map(({ dataset }) => dataset.do)
                .filter((what) => /^[a-z]/.test(what!)).join()
            )
          );
          assertEquals(new Set(offers), new Set(["react,more"]));
          const first = page.locator(".message").first();
          const id = await first.getAttribute("id");
          await first.hover();
          await first.locator(".more").click();
          await page.getByRole("menuitem", { name: "👍" }).or(
            page.getByRole("button", { name: "👍" }),
          ).first().click();
          await page.locator(`[id="${id}"] .reactions button:enabled`)
            .waitFor();
          assertEquals(problems, []);
          await context.close();
        },
      );

      await t.step("a reaction that was there can be pressed", async () => {
        const { context, page } = await visit();
        await page.goto(room);
        const reaction = page.locator(".reactions button").first();
        await page.locator(".reactions button:enabled").waitFor();
        await reaction.click();
        await reaction.waitFor({ state: "detached" });
        await context.close();
      });

      await t.step("what others change of a row shows", async () => {
        const { context, page } = await visit();
        await page.goto(room);
        await live(page);
        await say(stage, 0, "come while it is open");
        await eventually(
          async () =>
            (await shown(page)).at(-1) === "come while it is open" || undefined,
          () => "not shown",
        );
        await send(page, "and answered");
        await page.locator(".message:not(.sending)", {
          hasText: "and answered",
        }).waitFor();
        await context.close();
      });

      await t.step(
        "what is typed before script runs stays, with the focus",
        async () => {
          const { context, page } = await visit();
          const go = await heldBack(context);
          await page.goto(room, { waitUntil: "commit" });
          const composer = page.locator("textarea[name=content]");
          await composer.click();
          await page.keyboard.type("typed early");
          go();
          await live(page);
          assertEquals(await composer.inputValue(), "typed early");
          await page.keyboard.type(", and on");
          await page.keyboard.press("Enter");
          await page.locator(".message:not(.sending)", {
            hasText: "typed early, and on",
          }).waitFor();
          await context.close();
        },
      );

      await t.step("Send before script runs sends as a form does", async () => {
        const { context, page } = await visit();
        const go = await heldBack(context);
        await page.goto(room, { waitUntil: "commit" });
        await page.locator("textarea[name=content]").fill("sent as a form");
        await page.getByRole("button", { name: "Send" }).click();
        await page.waitForURL("**?newest", { waitUntil: "commit" });
        go();
        await live(page);
        assertEquals((await shown(page)).at(-1), "sent as a form");
        await context.close();
      });

      await t.step(
        "a room fetched ahead stays unread until it is opened",
        async () => {
          await say(stage, 1, "not seen yet");
          const { context, page } = await visit();
          await page.goto(room);
          await live(page);
          const asked = page.context().waitForEvent("request", {
            predicate: (request) =>
              request.url().endsWith(next) &&
              /prefetch/.test(request.headers()["sec-purpose"] ?? ""),
          }).catch(() => null);
          await page.locator(`.sidebar a[href="${next}"]`).hover();
          assert(await asked, "nothing was fetched ahead");
          assert(await unread(page, next) > 0);
          await page.locator(`.sidebar a[href="${next}"]`).click();
          await page.waitForURL(`**${next}`);
          await live(page);
          await eventually(
            async () => await unread(page, next) === 0 || undefined,
            () => "still unread",
          );
          await context.close();
        },
      );
    } finally {
      await browser.close();
      await stage.close();
    }
  },
});
