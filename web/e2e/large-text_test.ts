import { assert, assertEquals } from "@std/assert";
import { openBrowser, openContext } from "./browser.ts";
import { overflow } from "./looks.ts";
import { selfieFile } from "./media.ts";
import { ada, createRoom, parsed, sees, send, signUp } from "./people.ts";
import { startStack } from "./stack.ts";

const SMALL = { viewport: { width: 320, height: 640 } };

Deno.test({
  name:
    "a room is read on the smallest phone in text of twice the size, and in forced colours",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn(t) {
    const folder = await Deno.makeTempDir({ prefix: "chatsphere-media-" });
    const stack = await startStack();
    const browser = await openBrowser({
      flags: ["--blink-settings=defaultFontSize=32"],
    });
    try {
      const { context } = await openContext(browser, stack.url, SMALL);
      const page = await context.newPage();
      await signUp(page, ada, { file: await selfieFile(folder, "ada") });
      const room = await createRoom(page, "Bakery");

      await t.step("a room leaves its words the width there is", async () => {
        await send(page, "Bread at nine, and tea with it");
        await sees(page, ["Bread at nine, and tea with it"]);
        for (const part of ["h1", "textarea[name=content]", ".text"]) {
          const box = await page.locator(`.room ${part}`).boundingBox();
          assert(box && box.width > 200, `${part} has ${box?.width} px`);
        }
      });

      await t.step(
        "its icons have one colour where that is forced",
        async () => {
          await page.emulateMedia({
            forcedColors: "active",
            colorScheme: "dark",
          });
          const colour = (part: string, pseudo: string) =>
            page.locator(part).evaluate(
              (one, pseudo) => getComputedStyle(one, pseudo).backgroundColor,
              pseudo,
            );
          assertEquals(
            await colour(".write [type=file]", "::file-selector-button"),
            await colour(".write .icon-mic", "::before"),
          );
          await page.emulateMedia({ forcedColors: null, colorScheme: null });
        },
      );

      await t.step("without script, too", async () => {
        const plain = await browser.newContext({
          ...SMALL,
          javaScriptEnabled: false,
          storageState: await context.storageState(),
        });
        const page = await plain.newPage();
        await page.goto(stack.url + room, parsed);
        const log = await page.locator(".scroller").boundingBox();
        assert(log && log.height > 200, `the log has ${log?.height} px`);
        assertEquals(await overflow(page), 0);
        await plain.close();
      });

      for (
        const path of [
          room,
          `${room}/members`,
          "/account",
          "/account/face",
          "/account/notifications",
          "/docs",
        ]
      ) {
        await t.step(
          `${path.replace(room, "the room")} is not too wide`,
          async () => {
            await page.goto(path);
            assertEquals(await overflow(page), 0);
          },
        );
      }
    } finally {
      await browser.close();
      await stack.close();
      await Deno.remove(folder, { recursive: true });
    }
  },
});
