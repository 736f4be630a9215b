import { assert, assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";
import { openStage } from "../bench/first-visit/stage.ts";
import { eventually } from "./patience.ts";
import { openTabBrowser, type Tab } from "./tabs.ts";

const here = fileURLToPath(new URL("../..", import.meta.url));

/** Counts the sockets that a page opens, and notes whether somebody sees it at that moment. */
const COUNT = `window.opened = [];
const Socket = WebSocket;
window.WebSocket = class extends Socket {
  constructor(url) { super(url); opened.push(document.prerendering); }
};
// However busy the machine is that tests it.
window.paintedAfter = 0;
performance.getEntriesByName = () => [{ startTime: paintedAfter }];`;

const LIVE = `!!document.querySelector(".room.alive .status.live")`;

Deno.test({
  name:
    "a room is rendered ahead while a mouse rests on its link, and does nothing until it is shown",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn(t) {
    const stage = await openStage(here);
    const browser = await openTabBrowser();
    const { url, rooms: [room, next], other } = stage;
    const profile = await browser.profile({ ...stage.session, url });
    const open = async (more = ""): Promise<Tab> => {
      const tab = await profile.open((page) =>
        page.send("Page.addScriptToEvaluateOnNewDocument", {
          source: COUNT + more,
        })
      );
      await tab.go(url + room);
      await tab.until(LIVE);
      // What renders ahead comes in an idle moment.
      await tab.until(`!!document.querySelector(".log [aria-description]")`);
      return tab;
    };
    const unread = (tab: Tab) =>
      tab.read<number>(
        `fetch("/api/chat").then((it) => it.json()).then(({ rooms }) => rooms
          .find(({ id }) => "${next}".endsWith(id)).summary.unread)`,
      );
    const link = `.sidebar a[href="${next}"]`;
    const dropped = (tab: Tab) =>
      eventually(
        async () => await tab.readAhead("1") ? undefined : true,
        () => "it is still there",
      );
    const rendered = (tab: Tab, now: string, path = next) =>
      eventually(
        () => Promise.resolve(tab.ahead.get(url + path) === now || undefined),
        () => `${now} was awaited, ${tab.ahead.get(url + path)} came`,
      );
    try {
      await t.step("it has read nothing and opened no socket", async () => {
        const roomId = next.split("/").at(-1);
        const message = { roomId, clientId: "new", content: "not seen yet" };
        assertEquals((await other("/api/messages", message)).status, 201);
        const tab = await open();
        await tab.hover(link);
        await rendered(tab, "Ready");
        const is = "[document.prerendering, location.pathname, " +
          "opened.length, !!document.querySelector('.room.alive')]";
        assertEquals(await tab.readAhead(is), [true, next, 0, false]);
        assert(await unread(tab) as number > 0);

        await tab.mouse("mousePressed");
        await tab.mouse("mouseReleased");
        await rendered(tab, "Success");
        await tab.until(`location.pathname === "${next}"`);
        await tab.until(LIVE);
        assertEquals(await tab.read("opened"), [false]);
        const [was] = await tab.read<number[]>(
          `performance.getEntriesByType("navigation")
            .map(({ activationStart }) => activationStart)`,
        ) ?? [];
        assert(was > 0, "it was not rendered ahead");
        // Somebody looks at it now.
        await eventually(
          async () => await unread(tab) === 0 || undefined,
          () => "still unread",
        );
      });

      await t.step(
        "a mouse that leaves has it dropped, and no room is kept as if it had been read",
        async () => {
          const tab = await open();
          const last = ".sidebar li:last-child [data-room]";
          const path = await tab.read<string>(
            `document.querySelector("${last}").pathname`,
          );
          await tab.until(`!!navigator.serviceWorker.controller`);
          await tab.hover(last);
          await rendered(tab, "Ready", path);
          await tab.hover("textarea");
          await dropped(tab);
          const kept = await tab.read<string[]>(
            `caches.open("pages").then((it) => it.keys())
              .then((all) => all.map(({ url }) => new URL(url).pathname))`,
          );
          assert(kept && kept.includes(room), `${kept}`);
          assertEquals(kept.includes(path!), false);
        },
      );

      await t.step("a device that is slow renders nothing ahead", async () => {
        const tab = await open("paintedAfter = 1e6;");
        await tab.hover(link);
        await tab.mouse("mousePressed");
        await tab.mouse("mouseReleased");
        await tab.until(`location.pathname === "${next}"`);
        await tab.until(LIVE);
        assertEquals([...tab.ahead], []);
      });

      await t.step(
        "after a sign-out in another tab it is not shown",
        async () => {
          const tab = await open();
          await tab.hover(link);
          await rendered(tab, "Ready");
          const leaving = await profile.open();
          await leaving.go(`${url}/account`);
          const out = `form[action^="/logout"]`;
          await leaving.until(`!!document.querySelector('${out}')`);
          await leaving.read(`document.querySelector('${out}').submit()`);
          await leaving.until(`location.pathname === "/"`);
          await dropped(tab);
          // Nor is it rendered again from a page that is refused.
          await tab.until(`!!document.querySelector(".room.refused")`);
          await tab.hover("textarea");
          await tab.hover(link);
          await tab.mouse("mousePressed");
          await tab.mouse("mouseReleased");
          await tab.until(`location.pathname === "/login"`);
        },
      );
    } finally {
      await browser.close();
      await stage.close();
    }
  },
});
