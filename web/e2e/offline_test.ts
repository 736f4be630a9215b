import { assert, assertEquals } from "@std/assert";
import { brotliCompressSync } from "node:zlib";
import type { Page } from "playwright-core";
import { openBrowser, openContext } from "./browser.ts";
import { selfieFile } from "./media.ts";
import { eventually } from "./patience.ts";
import { ada, createRoom, live, send, signOut, signUp } from "./people.ts";
import { startStack } from "./stack.ts";

/** What the browser keeps: the addresses in each cache. */
const keptIn = (page: Page) =>
  page.evaluate(async () => {
    const kept: Record<string, string[]> = {};
    for (const name of await caches.keys()) {
      const requests = await (await caches.open(name)).keys();
      kept[name] = requests.map(({ url }) => new URL(url).pathname);
    }
    return kept;
  });

const untilKept = (page: Page, path: string) =>
  eventually(
    async () => {
      const { pages = [], parts = [] } = await keptIn(page);
      const hasExtras = parts.some((it) => it.includes("Extras"));
      return pages.includes(path) && pages.includes("/rooms") && hasExtras
        ? true
        : undefined;
    },
    async () => JSON.stringify(await keptIn(page)),
  );

const OFFLINE = "You see this page as it was on";

Deno.test({
  name:
    "offline the app opens, keeps what is written and sends it from the list",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    const folder = await Deno.makeTempDir({ prefix: "chatsphere-media-" });
    const stack = await startStack();
    const browser = await openBrowser();
    try {
      const { context } = await openContext(browser, stack.url);
      const page = await context.newPage();
      await signUp(page, ada, { file: await selfieFile(folder, "ada") });
      const rooms: string[] = [];
      for (const name of ["Bakery", "Harbour"]) {
        const room = await createRoom(page, name);
        rooms.push(room);
        await live(page);
        await send(page, `Said in ${name}`);
        await page.locator(".message:not(.sending)", {
          hasText: `Said in ${name}`,
        }).waitFor();
        await page.evaluate(async () => {
          await navigator.serviceWorker.ready;
        });
        // As it is when it is left.
        await page.goto("/rooms");
        await page.goto(room);
        await live(page);
        await untilKept(page, new URL(room, stack.url).pathname);
      }
      const [bakery, harbour] = rooms as [string, string];
      await page.close();

      await context.setOffline(true);
      const later = await context.newPage();
      await later.goto("/rooms");
      await later.getByText(OFFLINE).waitFor();
      await later.getByRole("main").getByRole("link", { name: /Bakery/ })
        .first().click();
      await later.getByText(OFFLINE).waitFor();
      await later.getByText("Said in Bakery").waitFor();
      await send(later, "Written offline in Bakery");
      await later.locator(".message", { hasText: "Written offline" }).waitFor();
      await later.waitForFunction(async () =>
        JSON.stringify(await (await caches.match("/unsent"))?.json() ?? "")
          .includes(document.title.replace(/^\(.*\) /, ""))
      );
      await later.goto(harbour);
      await later.getByText(OFFLINE).waitFor();
      await send(later, "Written offline in Harbour");
      await later.locator(".message", { hasText: "Written offline" }).waitFor();
      await later.waitForFunction(async () =>
        JSON.stringify(await (await caches.match("/unsent"))?.json() ?? "")
          .includes(document.title.replace(/^\(.*\) /, ""))
      );
      await eventually(
        async () => {
          await later.goto("/rooms");
          const count = later.getByText("Waiting to be sent: 2.");
          return await count.count() === 1 ? true : undefined;
        },
        () => later.locator("body").innerText(),
      );
      // What was not read lately is our own page, in our own style.
      await later.goto(`${bakery}/members`);
      assertEquals(await later.locator("h1").innerText(), "You are offline");
      const padded = await later.locator(".button").first().evaluate((button) =>
        getComputedStyle(button).paddingInlineStart !== "0px"
      );
      assert(padded);

      await context.setOffline(false);
      await later.goto("/rooms");
      assertEquals(await later.getByText(OFFLINE).count(), 0);
      await later.getByText("Everything was sent.").waitFor();
      for (const [room, name] of [[bakery, "Bakery"], [harbour, "Harbour"]]) {
        await later.goto(room!);
        await live(later);
        const said = later.locator(".message:not(.sending)", {
          hasText: `Written offline in ${name}`,
        });
        await said.waitFor();
        assertEquals(await said.count(), 1);
      }

      await context.setOffline(true);
      // Pages that were kept say no more that one is offline once the server answers.
      const beside = await context.newPage();
      await beside.goto("/rooms");
      await beside.getByText(OFFLINE).waitFor();
      const inside = await context.newPage();
      await inside.goto(bakery);
      await inside.getByText(OFFLINE).waitFor();
      await context.setOffline(false);
      await beside.getByText(OFFLINE).waitFor({ state: "detached" });
      await live(inside);
      await inside.getByText(OFFLINE).waitFor({ state: "hidden" });
      await beside.close();
      await inside.close();

      // Whoever is signed out leaves nothing.
      await signOut(later);
      const registrations = () =>
        later.evaluate(async () =>
          (await navigator.serviceWorker.getRegistrations()).length
        );
      await eventually(
        async () =>
          Object.keys(await keptIn(later)).length === 0 &&
            await registrations() === 0
            ? true
            : undefined,
        async () => JSON.stringify(await keptIn(later)),
      );
      await context.setOffline(true);
      const refused = await later.goto("/rooms").then(() => false, () => true);
      assert(refused, "a page of somebody who signed out");
      let bytes = 0;
      for (
        const name of ["sw.js", "sw-unsent.js", "sw-share.js", "sw-push.js"]
      ) {
        const script = await (await fetch(`${stack.url}/${name}`)).bytes();
        bytes += brotliCompressSync(script).length;
      }
      console.log(`service worker: ${bytes} B`);
      assert(bytes <= 6_000, `service worker: ${bytes} B`);
    } finally {
      await browser.close();
      await stack.close();
      await Deno.remove(folder, { recursive: true });
    }
  },
});

Deno.test({
  name: "what is kept is one person's, and goes out with no page that sends",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    const folder = await Deno.makeTempDir({ prefix: "chatsphere-media-" });
    const stack = await startStack();
    const browser = await openBrowser();
    try {
      const { context } = await openContext(browser, stack.url);
      const page = await context.newPage();
      await signUp(page, ada, { file: await selfieFile(folder, "ada") });
      const room = await createRoom(page, "Bakery");
      await live(page);
      await page.evaluate(async () => {
        await navigator.serviceWorker.ready;
      });
      await page.goto("/rooms");
      await page.goto(room);
      await live(page);
      const path = new URL(room, stack.url).pathname;
      await untilKept(page, path);

      // Written, and the page closed: the browser has the worker send it.
      await context.setOffline(true);
      await send(page, "Sent by the worker");
      await page.waitForFunction(async () =>
        JSON.stringify(await (await caches.match("/unsent"))?.json() ?? "")
          .includes("Sent by the worker")
      );
      // A page without script.
      await context.setOffline(false);
      const other = await context.newPage();
      await page.close();
      await other.goto("/docs");
      const session = await context.newCDPSession(other);
      const registered = new Promise<string>((resolve) => {
        session.on("ServiceWorker.workerRegistrationUpdated", (event) => {
          const [one] = event.registrations;
          if (one) resolve(one.registrationId);
        });
      });
      await session.send("ServiceWorker.enable");
      await session.send("ServiceWorker.dispatchSyncEvent", {
        origin: stack.url,
        registrationId: await registered,
        tag: "unsent",
        lastChance: false,
      });
      const roomId = path.split("/").at(-1);
      const said = async () => {
        const answer = await context.request.get(
          `${stack.url}/api/messages?roomId=${roomId}`,
        );
        const { messages } = await answer.json();
        return messages.map(({ content }: { content: string }) => content);
      };
      await eventually(
        async () =>
          (await said()).includes("Sent by the worker") ? true : undefined,
        async () => JSON.stringify([await said(), await keptIn(other)]),
      );
      // The page that wrote it sends it too, and it is there once.
      await other.goto(room);
      await live(other);
      await other.getByText("Sent by the worker").waitFor();
      assertEquals(await said(), ["Sent by the worker"]);

      // Signed out elsewhere: the next answer of the server says so.
      await untilKept(other, path);
      await other.goto("/docs");
      await context.clearCookies();
      await other.goto("/rooms");
      await other.getByRole("heading", { name: "Sign in" }).waitFor();
      await eventually(
        async () =>
          Object.keys(await keptIn(other)).every((it) =>
              // What everybody gets.
              it === "shell" || it === "parts"
            )
            ? true
            : undefined,
        async () => JSON.stringify(await keptIn(other)),
      );
      await context.setOffline(true);
      for (const gone of ["/rooms", path]) {
        await other.goto(gone);
        assertEquals(await other.locator("h1").innerText(), "You are offline");
      }
    } finally {
      await browser.close();
      await stack.close();
      await Deno.remove(folder, { recursive: true });
    }
  },
});
