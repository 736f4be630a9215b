/** One visit of a room in Chromium, as on a cheap phone or on a desk, and what it took. */
import type { Browser, BrowserContext, Page } from "playwright-core";
import type { TabBrowser } from "../../e2e/tabs.ts";
import type { Target } from "../../e2e/targets.ts";
import type { Stage } from "./stage.ts";

/** What the network and the processor are slowed to. */
export interface Pace {
  /** Times slower than this machine. */
  cpu: number;
  /** Nothing: as it is. */
  network?: { latency: number; down: number; up: number };
}

/** Slow 4G: round trips in ms, bits a second. */
export const PHONE: Pace = {
  cpu: 6,
  network: { latency: 150, down: 1_600_000, up: 750_000 },
};
export const DESK: Pace = { cpu: 1 };

const NARROW = { width: 390, height: 844 };
/** With the other rooms beside the room. */
const WIDE = { width: 1280, height: 800 };

/** A visit, in ms. */
export interface Visit {
  /** First contentful paint. */
  paint: number;
  /** Until the socket has joined and the composer works. */
  live: number;
  /** What tasks after the first paint are longer than 50 ms, in sum (total blocking time). */
  blocking: number;
  /** The longest of them. */
  longest: number;
}

/** After the page is live, for the idle work that follows: ms. */
const SETTLE = 4_000;
/** How long a mouse rests on a link before it is pressed, and a press lasts: ms. */
export const HAND = { rest: 120, press: 80 };

/** Notes in the page what cannot be read afterwards. */
const WATCH = `(() => {
  const notes = window.notes = { tasks: [], live: 0 };
  new PerformanceObserver((list) => notes.tasks.push(...list.getEntries()
    .map(({ startTime, duration }) => ({ startTime, duration }))))
    .observe({ type: "longtask", buffered: true });
  const look = () => {
    if (document.querySelector(".room.alive .status.live")) {
      notes.live = performance.now();
      console.debug("live");
    } else setTimeout(look, 20);
  };
  look();
  addEventListener("click", () =>
    sessionStorage.clicked = performance.timeOrigin + performance.now(), true);
})()`;

/** Slows a page. All is asked for at once: one that is rendered ahead answers later. */
async function slow(page: Pick<Target, "send">, { cpu, network }: Pace) {
  const asked = [
    page.send("Network.enable"),
    page.send("Emulation.setCPUThrottlingRate", { rate: cpu }),
  ];
  if (network) {
    const { latency, down, up } = network;
    asked.push(page.send("Network.emulateNetworkConditions", {
      offline: false,
      latency,
      downloadThroughput: down / 8,
      uploadThroughput: up / 8,
    }));
  }
  await Promise.all(asked);
}

const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));

/** Somebody who was never here on this device, with a session. */
export async function newcomer(
  browser: Browser,
  { url, session }: Stage,
  pace: Pace,
  viewport = WIDE,
): Promise<{ context: BrowserContext; page: Page }> {
  const context = await browser.newContext({ baseURL: url, viewport });
  await context.addCookies([{ ...session, url }]);
  const page = await context.newPage();
  await page.addInitScript(WATCH);
  const one = await context.newCDPSession(page);
  // Its type knows each name; here they are strings.
  await slow({ send: one.send.bind(one) as Target["send"] }, pace);
  return { context, page };
}

interface Notes {
  tasks: { startTime: number; duration: number }[];
  live: number;
}
type Noted = typeof globalThis & { notes?: Notes };

/** Told by the page: who asks it takes its time, which was a fifth of a second before its paint. */
const isLive = (page: Page) =>
  page.waitForEvent("console", {
    predicate: (message) => message.text() === "live",
    timeout: 60_000,
  });

const paintOf = (page: Page): Promise<number> =>
  page.evaluate(() =>
    performance.getEntriesByName("first-contentful-paint")[0].startTime
  );

/** Opens the first room with nothing kept on the device. */
export async function firstVisit(
  browser: Browser,
  stage: Stage,
  pace: Pace,
): Promise<Visit> {
  const viewport = pace === PHONE ? NARROW : WIDE;
  const { context, page } = await newcomer(browser, stage, pace, viewport);
  try {
    const live = isLive(page);
    await page.goto(stage.rooms[0], { waitUntil: "commit" });
    await live;
    await page.waitForTimeout(SETTLE);
    const paint = await paintOf(page);
    const notes = await page.evaluate(() => (globalThis as Noted).notes!);
    const after = notes.tasks.filter((task) =>
      task.startTime + task.duration > paint
    )
      .map(({ startTime, duration }) =>
        Math.min(duration, startTime + duration - paint)
      );
    const blocking = after.reduce((sum, ms) => sum + Math.max(0, ms - 50), 0);
    return {
      paint,
      live: notes.live,
      blocking,
      longest: Math.max(0, ...after),
    };
  } finally {
    await context.close();
  }
}

/** Of a page that was rendered ahead, the paint is told as if it had begun with that. */
const SINCE_CLICK = `new Promise((done) =>
  new PerformanceObserver((list) => {
    const [entry] = list.getEntriesByName("first-contentful-paint");
    const [{ activationStart }] = performance.getEntriesByType("navigation");
    if (entry) {
      done(performance.timeOrigin + Math.max(entry.startTime, activationStart) -
        sessionStorage.clicked);
    }
  }).observe({ type: "paint", buffered: true }))`;

/** From a click on the other room in the sidebar to its first contentful paint: ms. */
export async function clickToPaint(
  browser: TabBrowser,
  { url, session, rooms: [room, next] }: Stage,
  pace: Pace,
): Promise<number> {
  const profile = await browser.profile({ ...session, url });
  try {
    const tab = await profile.open((page) => {
      const asWatched = { source: WATCH };
      page.send("Page.addScriptToEvaluateOnNewDocument", asWatched);
      return slow(page, pace);
    });
    const isLive = (path: string) =>
      tab.until(`location.pathname === "${path}" && window.notes?.live > 0`);
    await tab.go(url + room);
    await isLive(room);
    await pause(SETTLE);
    await tab.hover(`.sidebar a[href="${next}"]`);
    await pause(HAND.rest);
    await tab.mouse("mousePressed");
    await pause(HAND.press);
    await tab.mouse("mouseReleased");
    await pause(SETTLE);
    await isLive(next);
    const ms = await tab.read<number>(SINCE_CLICK);
    if (ms === undefined) throw new Error("The room was not painted");
    return ms;
  } finally {
    await profile.close();
  }
}
