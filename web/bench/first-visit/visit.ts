/** One visit of a room in Chromium, as on a cheap phone or on a desk, and what it took. */
import type { Browser, BrowserContext, Page } from "playwright-core";
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

async function slowed(page: Page, { cpu, network }: Pace) {
  const session = await page.context().newCDPSession(page);
  await session.send("Network.enable");
  await session.send("Emulation.setCPUThrottlingRate", { rate: cpu });
  if (!network) return;
  const { latency, down, up } = network;
  await session.send("Network.emulateNetworkConditions", {
    offline: false,
    latency,
    downloadThroughput: down / 8,
    uploadThroughput: up / 8,
  });
}

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
  await slowed(page, pace);
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

/** From a click on the other room in the sidebar to its first contentful paint: ms. */
export async function clickToPaint(
  browser: Browser,
  stage: Stage,
  pace: Pace,
): Promise<number> {
  const { context, page } = await newcomer(browser, stage, pace);
  try {
    const live = isLive(page);
    await page.goto(stage.rooms[0], { waitUntil: "commit" });
    await live;
    await page.waitForTimeout(SETTLE);
    const link = page.locator(`.sidebar a[href="${stage.rooms[1]}"]`);
    await link.hover();
    await page.waitForTimeout(HAND.rest);
    await page.mouse.down();
    await page.waitForTimeout(HAND.press);
    const other = isLive(page);
    await page.mouse.up();
    await other;
    return await page.evaluate(() => {
      const [paint] = performance.getEntriesByName("first-contentful-paint");
      return performance.timeOrigin + paint.startTime -
        Number(sessionStorage.clicked);
    });
  } finally {
    await context.close();
  }
}
