import { assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { openBrowser, openContext } from "./browser.ts";
import { findings, overflow } from "./looks.ts";
import { selfieFile } from "./media.ts";
import {
  ada,
  archive,
  confirmInOutbox,
  grace,
  live,
  parsed,
  send,
  signUp,
} from "./people.ts";
import { startStack } from "./stack.ts";

const SHOTS = new URL("./shots/", import.meta.url);

/** Names that take as much room as a name can, or run the other way. */
const LONG = `Wolfeschlegelsteinhausenbergerdorff ${"M".repeat(40)}`;
const RIGHT_TO_LEFT = "محمد بن موسى الخوارزمي";

const main = (page: Page) => page.getByRole("main");

/** The path a press on a button of the page's main part leads to. */
async function pressed(page: Page, name: string | RegExp, to: RegExp) {
  await main(page).getByRole("button", { name }).first().click();
  await page.waitForURL(to, parsed);
  return new URL(page.url()).pathname;
}

const ROOM = /\/rooms\/[\w-]{22}(\?|$)/;

Deno.test({
  name: "people find each other, write to each other, and meet in open rooms",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn(t) {
    const folder = await Deno.makeTempDir({ prefix: "chatsphere-media-" });
    await Deno.mkdir(SHOTS, { recursive: true });
    const stack = await startStack();
    const browser = await openBrowser();
    try {
      const a = await openContext(browser, stack.url);
      const g = await openContext(browser, stack.url, {
        javaScriptEnabled: false,
      });
      const adas = await a.context.newPage();
      const graces = await g.context.newPage();
      const file = await selfieFile(folder, "ada");
      await signUp(adas, ada, { file });
      await confirmInOutbox(adas, ada);
      await signUp(graces, grace, { file: await selfieFile(folder, "grace") });
      await confirmInOutbox(graces, grace);
      const others: [string, string][] = [
        [LONG, "long@example.com"],
        [RIGHT_TO_LEFT, "rtl@example.com"],
      ];
      for (const [name, email] of others) {
        const { context } = await openContext(browser, stack.url);
        const page = await context.newPage();
        const person = { ...grace, name, email };
        await signUp(page, person, { file });
        await confirmInOutbox(page, person);
        await context.close();
      }

      let direct = "";
      await t.step("with script, to somebody without", async () => {
        await adas.goto("/people?q=hop");
        await adas.locator(".found", { hasText: grace.name }).click();
        direct = await pressed(adas, /^Write to/, ROOM);
        await live(adas);
        await send(adas, "Shall we?");
        await adas.locator(".message:not(.sending)", { hasText: "Shall we?" })
          .waitFor();
        await graces.goto("/rooms", parsed);
        const row = graces.locator(".room-row", { hasText: ada.name });
        await row.getByText("Shall we?").waitFor();
      });

      await t.step("and back: it is the same room, pressed twice", async () => {
        await graces.goto("/people?q=love", parsed);
        await graces.locator(".found").first().click();
        await graces.waitForURL(/\/people\/[\w-]+$/, parsed);
        const button = main(graces).getByRole("button", { name: /^Write to/ });
        await button.dblclick();
        await graces.waitForURL(ROOM, parsed);
        assertEquals(new URL(graces.url()).pathname, direct);
        await graces.locator("textarea[name=content]").fill("We shall.");
        await graces.getByRole("button", { name: "Send", exact: true }).click();
        await adas.locator(".message", { hasText: "We shall." }).waitFor();
        const title = await adas.locator("h1").innerText();
        assertEquals(title, grace.name);
      });

      await t.step("a name in the room leads to the person", async () => {
        await adas.locator(".by a", { hasText: grace.name }).first().click();
        await adas.waitForURL(/\/people\//, parsed);
        await adas.getByRole("heading", { name: grace.name }).waitFor();
      });

      let open = "";
      await t.step("one makes an open room, the other joins it", async () => {
        await adas.goto("/rooms/new?open");
        await adas.getByLabel("Name of the room").fill("Compilers");
        await adas.getByLabel("Description").fill("From A-0 on");
        open = await pressed(adas, "Create room", ROOM);
        await live(adas);
        await graces.goto("/rooms/open", parsed);
        assertEquals(await pressed(graces, "Join Compilers", ROOM), open);
        await graces.locator("textarea[name=content]").fill("Here I am.");
        await graces.getByRole("button", { name: "Send", exact: true }).click();
        await adas.locator(".message", { hasText: "Here I am." }).waitFor();
      });

      await t.step("an admin archives it, while it is open", async () => {
        const beside = await a.context.newPage();
        await archive(beside, open);
        await adas.locator(".status", { hasText: "This room is archived" })
          .waitFor();
        await graces.goto(open, parsed);
        assertEquals(new URL(graces.url()).pathname, `${open}/archive`);
        await graces.getByText("Here I am.").waitFor();
        assertEquals(await graces.locator("textarea").count(), 0);
        await pressed(beside, "Bring this room back", /done=restore/);
        await beside.close();
        await adas.goto(open);
        await live(adas);
        await send(adas, "Back again");
        await adas.locator(".message:not(.sending)", { hasText: "Back again" })
          .waitFor();
      });

      await t.step("the other leaves it, and may come back", async () => {
        await graces.goto(`${open}/members`, parsed);
        await graces.locator("summary", { hasText: "Leave this room" }).click();
        await pressed(graces, "Leave", /\/rooms$/);
        const answer = await graces.goto(open, parsed);
        assertEquals(answer?.status(), 404);
        await graces.goto("/rooms/open", parsed);
        assertEquals(await pressed(graces, "Join Compilers", ROOM), open);
      });

      await t.step("the link of a room is scanned, or followed", async () => {
        await adas.goto(`${open}/members`);
        await pressed(adas, "Make a link", /done=link/);
        await adas.locator("summary", { hasText: "QR code" }).click();
        await adas.getByRole("img", { name: /QR code/ }).waitFor();
        const link = await adas.getByLabel("Whoever has this link")
          .inputValue();
        await graces.goto(`${open}/members`, parsed);
        await graces.locator("summary", { hasText: "Leave this room" }).click();
        await pressed(graces, "Leave", /\/rooms$/);
        await graces.goto(new URL(link).pathname, parsed);
        assertEquals(await pressed(graces, "Join the room", ROOM), open);
      });

      await t.step(
        "several people of any name make one conversation",
        async () => {
          await adas.goto("/people?with=");
          for (const [name] of others) {
            await adas.locator(".found", { hasText: name }).click();
            await adas.getByRole("button", { name: "Write to them" }).waitFor();
          }
          await pressed(adas, "Write to them", ROOM);
          await live(adas);
          const title = await adas.locator("h1").innerText();
          for (const [name] of others) assertEquals(title.includes(name), true);
        },
      );
      const several = new URL(adas.url()).pathname;
      await adas.goto("/people?q=w");
      const long = (await adas.locator(".found").first()
        .getAttribute("href"))!;

      await t.step("it fits every window, in both schemes", async () => {
        const found: string[] = [];
        const storageState = await a.context.storageState();
        const paths = {
          people: "/people",
          several: "/people?with=",
          person: long,
          "open-rooms": "/rooms/open",
          "people-rooms": "/rooms",
          "new-room": "/rooms/new",
          "direct-members": `${several}/members`,
          direct: several,
          "open-members": `${open}/members`,
          profile: "/account/profile",
        };
        for (const width of [390, 1280]) {
          const { context, problems } = await openContext(browser, stack.url, {
            ...{ viewport: { width, height: 844 }, storageState },
            reducedMotion: "reduce",
          });
          for (const [name, path] of Object.entries(paths)) {
            const page = await context.newPage();
            await page.goto(path);
            const beyond = await overflow(page);
            if (beyond > 0) found.push(`${path} is ${beyond} px too wide`);
            for (const colorScheme of ["light", "dark"] as const) {
              await page.emulateMedia({ colorScheme });
              const shot = `people-${name}-${width}-${colorScheme}.png`;
              await page.screenshot({
                path: new URL(shot, SHOTS).pathname,
                fullPage: true,
              });
              for (const one of await findings(page, colorScheme)) {
                found.push(`${path} ${width} ${colorScheme} ${one}`);
              }
            }
            await page.close();
          }
          assertEquals(problems, []);
          await context.close();
        }
        assertEquals(found, []);
      });
      assertEquals([...a.problems, ...g.problems], []);
    } finally {
      await browser.close();
      await stack.close();
      await Deno.remove(folder, { recursive: true });
    }
  },
});
