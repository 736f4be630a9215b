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
      assertEquals([...a.problems, ...g.problems], []);
    } finally {
      await browser.close();
      await stack.close();
      await Deno.remove(folder, { recursive: true });
    }
  },
});
