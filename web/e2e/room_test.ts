import { assert, assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { openBrowser, openContext } from "./browser.ts";
import { chapters } from "./chapters.ts";
import { selfieFile } from "./media.ts";
import { eventually } from "./patience.ts";
import {
  ada,
  createRoom,
  fillSignUp,
  grace,
  invite,
  join,
  live,
  openInvitation,
  parsed,
  send,
  signUp,
} from "./people.ts";
import { startStack } from "./stack.ts";

/** Where the row stands, from the top of the log's window, and the window's height. */
const placeOf = (page: Page, selector: string) =>
  page.evaluate((selector) => {
    const box = document.querySelector(".scroller")!.getBoundingClientRect();
    const row = document.querySelector(selector)?.getBoundingClientRect();
    return row && { top: row.top - box.top, height: box.height };
  }, selector);

/** Once the log has come to rest. */
async function still(page: Page) {
  let last = NaN;
  await eventually(async () => {
    const now = await page.evaluate(() =>
      document.querySelector(".scroller")!.scrollTop
    );
    await page.waitForTimeout(200);
    const same = now === last;
    last = now;
    return same || undefined;
  }, () => "the log does not come to rest");
}

/** Sends many messages at once, as a program does. */
const sendMany = (page: Page, room: string, texts: string[]) =>
  page.evaluate(async ([roomId, texts]) => {
    for (const content of texts) {
      for (let ok = false; !ok;) {
        const response = await fetch("/api/messages", {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify({
            roomId,
            clientId: crypto.randomUUID(),
            content,
          }),
        });
        ok = response.ok;
        if (!ok) await new Promise((done) => setTimeout(done, 500));
      }
    }
  }, [room.split("/").at(-1)!, texts] as const);

Deno.test({
  name:
    "a room opens at what is new, goes to what is asked for, and marks only what was seen",
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
      const story = chapters(t, stack, [adas, graces]);
      let room = "";
      const summary = () =>
        graces.evaluate(async (id) => {
          const { rooms } = await (await fetch("/api/chat")).json();
          return rooms.find((one: { id: string }) => one.id === id).summary;
        }, room.split("/").at(-1));

      await story.step("Ada and Grace share a room", async () => {
        await signUp(adas, ada, { file: await selfieFile(folder, "ada") });
        room = await createRoom(adas, "Long room");
        await sendMany(adas, room, ["Welcome"]);
        await invite(adas, room, grace.email);
        await openInvitation(graces, grace.email);
        await graces.getByRole("link", { name: "Create an account" }).click();
        const file = await selfieFile(folder, "grace");
        await fillSignUp(graces, grace, { file });
        await graces.waitForURL("**/invitations/*", parsed);
        await join(graces);
        await live(graces);
        await eventually(
          async () => (await summary()).unread === 0 || undefined,
          () => "unread",
        );
        await graces.goto("/rooms");
      });

      await story.step("Ada writes 260 messages of every length", async () => {
        const texts = Array.from(
          { length: 260 },
          (_, at) => `number ${at + 1}. ` + "word ".repeat((at * 37) % 90),
        );
        await adas.goto(room);
        await sendMany(adas, room, texts);
        assertEquals((await summary()).unread, 260);
      });

      await story.step(
        "HEAD, a fetch and a hidden tab leave it unread",
        async () => {
          const { read } = await summary();
          await graces.evaluate(async (room) => {
            await fetch(room, { method: "HEAD" });
            await (await fetch(room)).text();
          }, room);
          assertEquals((await summary()).read, read);
        },
      );

      await story.step(
        "Grace's room opens at the first of them, below the line",
        async () => {
          await graces.goto(room);
          await live(graces);
          await still(graces);
          const place = await placeOf(graces, ".new");
          assert(
            place && place.top >= 0 && place.top < place.height / 2,
            JSON.stringify(place),
          );
          const next = await graces.evaluate(() =>
            document.querySelector(".new + .message .text")!.textContent
          );
          assert(next!.startsWith("number 1."), next!);
          const { read } = await summary();
          assert(read > 0 && read < 60, `read ${read}`);
        },
      );

      await story.step(
        "scrolling on shows all of them, once and in order",
        async () => {
          const numbers = () =>
            graces.evaluate(() =>
              [...document.querySelectorAll(".scroller .text")].flatMap((
                text,
              ) => /^number (\d+)/.exec(text.textContent!)?.[1] ?? []).map(
                Number,
              )
            );
          await eventually(async () => {
            await graces.evaluate(() =>
              document.querySelector(".scroller")!.scrollBy(0, 1500)
            );
            await graces.waitForTimeout(60);
            return (await numbers()).at(-1) === 260 || undefined;
          }, async () => `stopped at ${(await numbers()).at(-1)}`);
          const all = await numbers();
          assertEquals(
            all,
            Array.from({ length: 260 }, (_, at) => at + 1).slice(-all.length),
          );
        },
      );

      await story.step("one press leads to the newest", async () => {
        await graces.goto("/rooms");
        await sendMany(
          adas,
          room,
          Array.from({ length: 100 }, (_, at) => `more ${at + 1}`),
        );
        await graces.goto(room);
        await live(graces);
        await graces.getByRole("button", { name: /^Newest|New messages/ })
          .click();
        await graces.getByText("more 100", { exact: true }).waitFor();
        await eventually(
          async () => (await summary()).unread === 0 || undefined,
          async () => JSON.stringify(await summary()),
        );
      });
      await story.step(
        "a quote leads exactly to what it answers, far back",
        async () => {
          const first = await graces.evaluate(async (roomId) => {
            const answer = await fetch(
              `/api/messages?roomId=${roomId}&after=20&limit=1`,
            );
            return (await answer.json()).messages[0];
          }, room.split("/").at(-1)!);
          await graces.evaluate(async ([roomId, replyTo]) => {
            const body = {
              roomId,
              clientId: "reply",
              content: "I agree",
              replyTo,
            };
            await fetch("/api/messages", {
              method: "POST",
              headers: { "content-type": "application/json" },
              body: JSON.stringify(body),
            });
          }, [room.split("/").at(-1)!, first.id] as const);
          await graces.goto("/rooms");
          await graces.goto(`${room}?newest`);
          await live(graces);
          for (let times = 0; times < 2; times++) {
            await graces.locator(".quote").last().click();
            const row = `[id="${first.id}"]`;
            await graces.locator(row).waitFor();
            await still(graces);
            const off = await graces.evaluate((row) => {
              const box = document.querySelector(".scroller")!
                .getBoundingClientRect();
              const it = document.querySelector(row)!.getBoundingClientRect();
              return (it.top + it.bottom) / 2 - (box.top + box.bottom) / 2;
            }, row);
            assert(Math.abs(off) < 2, `off by ${off} px`);
            await graces.evaluate(() =>
              document.querySelector(".scroller")!.scrollTop = 0
            );
          }
        },
      );

      const isFocused = (page: Page) =>
        page.evaluate(() => document.activeElement !== document.body);
      const focused = (page: Page) =>
        page.waitForFunction(() => document.activeElement !== document.body);
      const mine = (page: Page, text: string) =>
        page.locator(".message", { hasText: text }).last();

      await story.step(
        "a second press on Delete… deletes nothing; what is deleted can be kept",
        async () => {
          await adas.goto(`${room}?newest`);
          await live(adas);
          await send(adas, "to be deleted");
          const row = mine(adas, "to be deleted");
          await row.locator(".more").waitFor();
          const ask = async () => {
            await row.hover();
            await row.locator(".more").click();
            const button = adas.getByRole("button", { name: "Delete…" });
            const { x, y, width, height } = (await button.boundingBox())!;
            await adas.mouse.dblclick(x + width / 2, y + height / 2);
          };
          await ask();
          assert(await isFocused(adas));
          await adas.waitForTimeout(300);
          assertEquals(await adas.getByText("Message deleted.").count(), 0);
          await adas.keyboard.press("Escape");
          assert(await isFocused(adas));

          const remove = async () => {
            await row.hover();
            await row.locator(".more").click();
            await adas.getByRole("button", { name: "Delete…" }).click();
            await focused(adas);
            await adas.getByRole("button", { name: "Delete", exact: true })
              .click();
            await adas.getByText("Message deleted.").waitFor();
            await focused(adas);
          };
          await remove();
          await adas.getByRole("button", { name: "Undo" }).click();
          assert(await isFocused(adas));
          await adas.reload();
          await live(adas);
          assertEquals(await row.locator(".text").innerText(), "to be deleted");
          await remove();
          await adas.getByText("This message was deleted.").waitFor();
          assert(await isFocused(adas));
          // Whoever leaves meanwhile has deleted it as well.
          await send(adas, "gone with the page");
          const left = mine(adas, "gone with the page");
          await left.hover();
          await left.locator(".more").click();
          await adas.getByRole("button", { name: "Delete…" }).click();
          await adas.getByRole("button", { name: "Delete", exact: true })
            .click();
          await adas.goto("/rooms");
          await adas.goto(`${room}?newest`);
          await live(adas);
          assertEquals(await adas.getByText("gone with the page").count(), 0);
        },
      );

      await story.step(
        "Ctrl and Enter send, a message and an edit",
        async () => {
          const box = adas.locator("textarea[name=content]");
          await box.fill("by keys");
          await box.press("Control+Enter");
          await mine(adas, "by keys").locator(".more").waitFor();
          await box.press("ArrowUp");
          await adas.getByText("Editing your message").waitFor();
          await box.fill("by other keys");
          await box.press("Meta+Enter");
          await mine(adas, "by other keys").getByText("edited").waitFor();
        },
      );

      await story.step(
        "on a phone a long press opens the menu, and no dots stand there",
        async () => {
          const cookies = await g.context.cookies();
          const phone = await openContext(browser, stack.url, {
            viewport: { width: 390, height: 780 },
            hasTouch: true,
            isMobile: true,
          });
          await phone.context.addCookies(cookies);
          const page = await phone.context.newPage();
          await page.goto(room);
          await live(page);
          const row = mine(page, "by other keys");
          await row.waitFor();
          const shownDots = () =>
            page.evaluate(() =>
              [...document.querySelectorAll(".more")].filter((it) =>
                getComputedStyle(it).opacity !== "0"
              ).length
            );
          assertEquals(await shownDots(), 0);
          await page.waitForTimeout(500);
          await row.locator(".text").tap();
          assertEquals(await shownDots(), 1);
          const { x, y, height } = (await row.locator(".text").boundingBox())!;
          const cdp = await phone.context.newCDPSession(page);
          const touch = (type: "touchStart" | "touchEnd") =>
            cdp.send("Input.dispatchTouchEvent", {
              type,
              touchPoints: type === "touchStart"
                ? [{ x: x + 20, y: y + height / 2 }]
                : [],
            });
          const hold = async () => {
            await touch("touchStart");
            await page.waitForTimeout(800);
            await touch("touchEnd");
          };
          await hold();
          await page.getByRole("dialog").waitFor();
          await page.waitForTimeout(300);
          assertEquals(await page.getByRole("dialog").count(), 1);
          await page.getByRole("button", { name: "👍" }).tap();
          await row.getByRole("button", { name: "👍 1" }).waitFor();
          await hold();
          await page.getByText("👍 you").waitFor();
          // Nowhere to copy to: it says so.
          await page.evaluate(() => {
            Object.defineProperty(navigator, "clipboard", { value: undefined });
            document.execCommand = () => false;
          });
          await page.getByRole("button", { name: "Copy text" }).tap();
          await page.getByText("did not allow copying").waitFor();
          assert(await isFocused(page));
          const times = await page.evaluate(() =>
            [...document.querySelectorAll(
              ".message:not(.head) > time, .message:not(.head) > .at",
            )]
              .filter((it) => getComputedStyle(it).opacity === "1").length
          );
          assert(times > 0, "no times on follow-ups");
          await page.screenshot({ path: "/tmp/room-e2e/phone.png" });
          assertEquals(phone.problems, []);
        },
      );
      assertEquals([...a.problems, ...g.problems], []);
    } finally {
      await browser.close();
      await stack.close();
      await Deno.remove(folder, { recursive: true });
    }
  },
});
