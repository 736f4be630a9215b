import { assert, assertEquals } from "@std/assert";
import { openBrowser, openContext } from "./browser.ts";
import { selfieFile } from "./media.ts";
import { findings, overflow } from "./looks.ts";
import {
  ada,
  createRoom,
  grace,
  invite,
  join,
  live,
  openInvitation,
  parsed,
  sees,
  send,
  signUp,
} from "./people.ts";
import { createSigner } from "../tokens/signer.ts";
import { eventually } from "./patience.ts";
import { startStack } from "./stack.ts";

const LONG = `const answer = "${"long ".repeat(60)}";`;

/** Screenshots, for a person to look at; git ignores the folder. */
const SHOTS = new URL("./shots/", import.meta.url);

Deno.test({
  name: "marks in a text are seen live, after a reload and without script",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    const folder = await Deno.makeTempDir({ prefix: "chatsphere-media-" });
    const stack = await startStack();
    const browser = await openBrowser();
    try {
      const phone = { viewport: { width: 390, height: 844 } };
      const a = await openContext(browser, stack.url, phone);
      const g = await openContext(browser, stack.url);
      const [adas, graces] = [
        await a.context.newPage(),
        await g.context.newPage(),
      ];
      await signUp(adas, ada, { file: await selfieFile(folder, "ada") });
      await signUp(graces, grace, { file: await selfieFile(folder, "grace") });
      const room = await createRoom(adas, "Marks");
      await invite(adas, room, grace.email);
      await openInvitation(graces, grace.email);
      await join(graces);
      for (const page of [adas, graces]) {
        await page.goto(room);
        await live(page);
      }

      await send(
        adas,
        `**Bold** and \`code\`:\n\`\`\`\n${LONG}\n\`\`\`\n- one`,
      );
      const seesMarks = async (page: typeof adas) => {
        const row = page.locator(".message", { hasText: "Bold" });
        await row.locator("strong", { hasText: /^Bold$/ }).waitFor();
        await row.locator("li", { hasText: /^one$/ }).waitFor();
        await row.locator("pre").waitFor();
        assertEquals(await row.locator("code").count(), 2);
        const block = row.locator("pre");
        assertEquals(await block.innerText(), LONG);
        // Once the styles are there, nothing is wider than the window.
        await eventually(
          async () => await overflow(page) === 0 || undefined,
          async () => `${await overflow(page)} px too wide`,
        );
        return await block.evaluate((it) => it.scrollWidth > it.clientWidth);
      };
      await seesMarks(graces);
      assert(await seesMarks(adas), "what is too wide scrolls by itself");
      await send(graces, "```js\nconst tea = 'ready'; // hot\n```");
      const code = (page: typeof adas) =>
        page.locator(".message", { hasText: "const tea" }).locator("pre");
      await code(adas).waitFor();
      await adas.reload();
      await live(adas);
      await seesMarks(adas);
      // Its colours are the server's, and stay when the message is drawn anew.
      const seesColours = async (page: typeof adas) => {
        assertEquals(await code(page).locator(".hl-key").innerText(), "const");
        assertEquals(
          await code(page).innerText(),
          "const tea = 'ready'; // hot",
        );
      };
      await adas.locator("[type=file]").waitFor();
      await seesColours(adas);
      const row = graces.locator(".message", { hasText: "const tea" });
      await row.hover();
      await row.locator(".more").click();
      await graces.getByRole("button", { name: "👍" }).click();
      await adas.locator(".reactions button", { hasText: "👍 1" }).waitFor();
      await seesColours(adas);
      for (const colorScheme of ["light", "dark"] as const) {
        await adas.emulateMedia({ colorScheme });
        const shot = new URL(`code-${colorScheme}.png`, SHOTS);
        await adas.screenshot({ path: shot.pathname });
        assertEquals(await findings(adas, colorScheme), []);
      }

      const plain = await openContext(browser, stack.url, {
        ...phone,
        javaScriptEnabled: false,
        storageState: await a.context.storageState(),
      });
      const page = await plain.context.newPage();
      await page.goto(room, parsed);
      await seesMarks(page);
      await seesColours(page);
      // Lists of rooms have the words.
      await page.goto("/rooms", parsed);
      await page.getByText("const tea = 'ready'; // hot").waitFor();

      // Who edits has it as it was typed.
      await adas.locator("[type=file]").waitFor();
      await adas.locator("textarea[name=content]").press("ArrowUp");
      await adas.getByText("Editing your message").waitFor();
      const typed = await adas.locator("textarea[name=content]").inputValue();
      assert(typed.startsWith("**Bold** and `code`:"));
      assertEquals([...a.problems, ...g.problems, ...plain.problems], []);
    } finally {
      await browser.close();
      await stack.close();
      await Deno.remove(folder, { recursive: true });
    }
  },
});

Deno.test({
  name:
    "emoji are named by keyboard, picked as reactions, and typed without script",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    const folder = await Deno.makeTempDir({ prefix: "chatsphere-media-" });
    await Deno.mkdir(SHOTS, { recursive: true });
    const stack = await startStack();
    const browser = await openBrowser();
    try {
      // A service worker would fetch the names where no route sees it.
      const { context, problems } = await openContext(browser, stack.url, {
        serviceWorkers: "block",
      });
      const page = await context.newPage();
      await signUp(page, ada, { file: await selfieFile(folder, "ada") });
      const room = await createRoom(page, "Emoji");
      await page.goto(room);
      await live(page);
      // What offers words is there with the rest that comes after live text.
      await page.locator("[type=file]").waitFor();
      const composer = page.locator("textarea[name=content]");

      // Sent at once, before their names are known here: they become emoji all the same, and what is
      // sent and typed meanwhile stands as it was typed.
      const names = Promise.withResolvers<void>();
      await context.route(/\/emoji\.txt/, async (route) => {
        await names.promise;
        await route.continue();
      });
      await send(page, "Hurray :tada: `:tada:`");
      await composer.press("Enter");
      await page.keyboard.type("Yes!");
      await composer.press("Enter");
      await page.keyboard.type("And");
      await sees(page, ["Hurray 🎉 :tada:", "Yes!"]);
      assertEquals(await composer.inputValue(), "And");
      names.resolve();
      await composer.fill("");

      await composer.focus();
      await page.keyboard.type("Yes :hear");
      const offers = page.getByRole("option");
      await offers.first().waitFor();
      assertEquals(
        await composer.getAttribute("aria-activedescendant"),
        await offers.first().getAttribute("id"),
      );
      assertEquals(await findings(page, "light"), []);
      const second = (await offers.nth(1).innerText()).split(" ")[0];
      await page.keyboard.press("ArrowDown");
      await page.keyboard.press("Enter");
      assertEquals(await composer.inputValue(), `Yes ${second} `);
      await composer.fill(":D at 10:30");
      await page.keyboard.press("Enter");
      await sees(page, ["Hurray 🎉 :tada:", "Yes!", ":D at 10:30"]);

      // A reaction that no menu offers, by keyboard alone.
      const row = page.locator(".message").first();
      await row.hover();
      await row.locator(".more").click();
      await page.getByRole("button", { name: "More emoji" }).click();
      await page.getByRole("searchbox", { name: "Search emoji" }).fill("otter");
      await page.getByRole("button", { name: "otter" }).waitFor();
      assertEquals(await findings(page, "light"), []);
      await page.keyboard.press("ArrowDown");
      await page.keyboard.press("Enter");
      await row.locator(".reactions button", { hasText: "🦦 1" }).waitFor();

      // By mouse: beside the message, and beside the field.
      await row.hover();
      await row.getByRole("button", { name: /^React to/ }).click();
      await page.getByRole("searchbox", { name: "Search emoji" }).fill("bread");
      await page.getByRole("button", { name: "bread", exact: true }).click();
      await row.locator(".reactions button", { hasText: "🍞 1" }).waitFor();
      await composer.fill("Two loaves");
      await composer.press("Home");
      const button = page.getByRole("button", { name: "Emoji", exact: true });
      // Pressed twice while it is loaded, it opens once.
      await button.dblclick();
      await page.getByRole("searchbox", { name: "Search emoji" }).waitFor();
      assertEquals(await page.locator("dialog[aria-label=Emoji]").count(), 1);
      await page.keyboard.press("Escape");
      for (const colorScheme of ["light", "dark"] as const) {
        await page.emulateMedia({ colorScheme });
        await row.hover();
        const shot = new URL(`emoji-${colorScheme}.png`, SHOTS);
        await page.screenshot({ path: shot.pathname });
        await button.click();
        const field = page.getByRole("searchbox", { name: "Search emoji" });
        await field.fill("bread");
        await page.getByRole("button", { name: "bread", exact: true })
          .waitFor();
        const open = new URL(`emoji-open-${colorScheme}.png`, SHOTS);
        await page.screenshot({ path: open.pathname });
        assertEquals(await findings(page, colorScheme), []);
        // First the word goes, then the picker.
        await page.keyboard.press("Escape");
        await page.keyboard.press("Escape");
        await field.waitFor({ state: "detached" });
      }
      await button.click();
      await page.getByRole("searchbox", { name: "Search emoji" }).fill("bread");
      await page.getByRole("button", { name: "bread", exact: true }).click();
      assertEquals(await composer.inputValue(), "🍞Two loaves");
      await composer.fill("");

      const plain = await openContext(browser, stack.url, {
        javaScriptEnabled: false,
        storageState: await context.storageState(),
      });
      const still = await plain.context.newPage();
      await still.goto(room, parsed);
      await still.locator(".message").first().locator("a.at").click();
      await still.getByLabel("Another emoji").fill("no emoji");
      await still.getByRole("button", { name: "React", exact: true }).click();
      await still.getByText("The emoji must be one emoji.").waitFor();
      await still.getByLabel("Another emoji").fill(":snail:");
      await still.getByRole("button", { name: "React", exact: true }).click();
      await still.getByRole("button", { name: "🐌 1" }).waitFor();
      await row.locator(".reactions button", { hasText: "🐌 1" }).waitFor();
      await still.goto(room, parsed);
      await still.locator("textarea[name=content]").fill("Slow :snail:");
      await still.getByRole("button", { name: "Send", exact: true }).click();
      await page.locator(".text", { hasText: "Slow 🐌" }).waitFor();
      assertEquals([...problems, ...plain.problems], []);
    } finally {
      await browser.close();
      await stack.close();
      await Deno.remove(folder, { recursive: true });
    }
  },
});

/** A private key for tests alone: the one of RFC 8037, appendix A. */
const KEY = {
  kty: "OKP",
  crv: "Ed25519",
  x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
  d: "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",
};

Deno.test({
  name:
    "a preview comes without moving what one reads, and its sender removes it",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    const folder = await Deno.makeTempDir({ prefix: "chatsphere-media-" });
    // What web finds is said to realtime here as web says it: no page of this machine is looked up.
    const stack = await startStack({
      SIGNING_KEY: JSON.stringify(KEY),
      LINK_PREVIEWS: "off",
    });
    const kv = await Deno.openKv(":memory:");
    const browser = await openBrowser();
    try {
      const signer = await createSigner(kv, {
        issuer: stack.url,
        signingKey: KEY,
      });
      const show = async (room: string, id: string) => {
        const answer = await fetch(`${stack.realtimeUrl}${room}/previews`, {
          method: "POST",
          headers: {
            authorization: `Bearer ${await signer.serviceToken("realtime")}`,
          },
          body: JSON.stringify({
            id,
            preview: {
              address: "https://tea.example/page",
              title: "<b>Tea</b> \u05d0",
              description: "About tea. ".repeat(27),
            },
          }),
        });
        assertEquals(answer.status, 204);
      };
      const { context, problems } = await openContext(browser, stack.url);
      const page = await context.newPage();
      await signUp(page, ada, { file: await selfieFile(folder, "ada") });
      const room = await createRoom(page, "Previews");
      await page.goto(room);
      await live(page);
      await page.locator("[type=file]").waitFor();
      for (let i = 0; i < 40; i++) await send(page, `message ${i}`);
      await send(page, "see https://tea.example/page");
      const row = page.locator(".message:not(.sending)", {
        hasText: "tea.example",
      });
      await row.waitFor();
      const id = (await row.getAttribute("id"))!;
      // Web was told of the link that went over the socket.
      const isTold = () =>
        stack.output.some((line) =>
          line.includes("/api/internal/links") && line.includes("204")
        );
      await eventually(
        () => isTold() || undefined,
        () => "realtime did not tell web of the link",
      );
      // Somebody reads what came before.
      const scroller = page.locator(".scroller");
      await scroller.evaluate((box) => box.scrollTop = -400);
      const read = page.locator(".message", { hasText: "message 20" });
      await read.scrollIntoViewIfNeeded();
      const place = () => read.evaluate((it) => it.getBoundingClientRect().top);
      await page.waitForTimeout(300);
      const before = await place();
      await show(room, id);
      const card = page.locator("a.preview", { hasText: "<b>Tea</b>" });
      await card.waitFor({ state: "attached" });
      assertEquals(await place(), before);
      await card.scrollIntoViewIfNeeded();
      assertEquals(
        await card.getAttribute("href"),
        "https://tea.example/page",
      );
      assertEquals(await row.locator(".mark").count(), 0, "it is no edit");
      assertEquals(await findings(page, "light"), []);
      assertEquals(await findings(page, "dark"), []);
      await page.setViewportSize({ width: 390, height: 844 });
      assertEquals(await overflow(page), 0);

      const plain = await openContext(browser, stack.url, {
        javaScriptEnabled: false,
        storageState: await context.storageState(),
      });
      const still = await plain.context.newPage();
      await still.goto(room, parsed);
      await still.locator("a.preview").waitFor();

      await row.hover();
      await row.locator(".more").click();
      await page.getByRole("button", { name: "Remove preview" }).click();
      await card.waitFor({ state: "detached" });
      await page.reload();
      await live(page);
      assertEquals(await page.locator("a.preview").count(), 0);
      assertEquals([...problems, ...plain.problems], []);
    } finally {
      kv.close();
      await browser.close();
      await stack.close();
      await Deno.remove(folder, { recursive: true });
    }
  },
});
