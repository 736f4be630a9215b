/**
 * Chromium driven by its tabs. A page that Playwright drives renders none ahead: it holds on to
 * the page itself, and Chromium's status is `PrerenderingDisabledByDevTools` then.
 */
import { CHROMIUM, FLAGS } from "./browser.ts";
import { PATIENCE } from "./patience.ts";
import { speakWith, type Target } from "./targets.ts";

export interface Tab {
  /** Goes to an address, and waits for nothing. */
  go(url: string): Promise<void>;
  /** What an expression gives in the page that is shown; nothing while it is being left. */
  read<T>(expression: string): Promise<T | undefined>;
  /** The same, once it is true. */
  until(expression: string): Promise<void>;
  /** Moves the mouse onto what a selector finds, in steps, as a hand does. */
  hover(selector: string): Promise<void>;
  /** Presses or lets go of the mouse, where it is. */
  mouse(type: "mousePressed" | "mouseReleased"): Promise<void>;
  /** How each page that was to be rendered ahead fared last: `Ready`, `Success`, `Failure`, … */
  ahead: Map<string, string>;
  /** What a page that is rendered ahead says to an expression; nothing where there is none. */
  readAhead<T>(expression: string): Promise<T | undefined>;
}

export interface TabBrowser {
  /** A profile of its own, with a session; each call of `open` is one more tab in it. */
  profile(
    session: { name: string; value: string; url: string },
  ): Promise<{ open(ready?: Ready): Promise<Tab>; close(): Promise<void> }>;
  close(): Promise<void>;
}

/** Done with each page before anything of it runs. */
export type Ready = (page: Target) => Promise<unknown>;

const SIZE = { width: 1280, height: 800 };
const STEPS = 3;
const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));

/** Opens a browser of its own. Close it when done. */
export async function openTabBrowser(): Promise<TabBrowser> {
  const folder = await Deno.makeTempDir({ prefix: "chatsphere-tabs-" });
  const child = new Deno.Command(CHROMIUM, {
    args: [
      ...FLAGS,
      "--headless",
      "--remote-debugging-port=0",
      `--user-data-dir=${folder}`,
      "about:blank",
    ],
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const lines = child.stderr.pipeThrough(new TextDecoderStream()).getReader();
  let said = "", address: string | undefined;
  while (!address) {
    const { value, done } = await lines.read();
    if (done) throw new Error(`Chromium did not start: ${said}`);
    said += value;
    address = said.match(/DevTools listening on (ws:\S+)/)?.[1];
  }
  const rest = (async () => {
    while (!(await lines.read()).done);
  })();
  const { target, close } = await speakWith(address);
  const root = target();

  return {
    async profile(session) {
      const { browserContextId } = await root.send(
        "Target.createBrowserContext",
      );
      const cookies = [session];
      await root.send("Storage.setCookies", { browserContextId, cookies });
      return {
        async open(ready) {
          const { targetId } = await root.send("Target.createTarget", {
            ...{ url: "about:blank", browserContextId, forTab: true },
            ...{ newWindow: true, ...SIZE },
          });
          const { sessionId } = await root.send("Target.attachToTarget", {
            ...{ targetId, flatten: true },
          });
          return await tabOf(target(sessionId), target, ready);
        },
        close: () =>
          root.send("Target.disposeBrowserContext", { browserContextId }),
      };
    },
    async close() {
      await root.send("Browser.close").catch(() => {});
      await close();
      await child.status;
      await rest;
      await Deno.remove(folder, { recursive: true }).catch(() => {});
    },
  };
}

async function tabOf(
  tab: Target,
  target: (id: string) => Target,
  ready: Ready = () => Promise.resolve(),
): Promise<Tab> {
  /** The page that is shown, and those that are rendered ahead; the last of each kind counts. */
  const pages = new Map<string, { page: Target; isAhead: boolean }>();
  const the = (isAhead: boolean) =>
    [...pages.values()].findLast((one) => one.isAhead === isAhead)?.page;
  const ahead = new Map<string, string>();
  const hearOf = (one: Target) =>
    one.on("Preload.prerenderStatusUpdated", ({ key, ...now }) => {
      const { status, prerenderStatus } = now;
      ahead.set(key.url, status);
      if (status === "Failure") ahead.set(key.url, prerenderStatus);
    });
  const first = Promise.withResolvers<void>();
  tab.on("Target.attachedToTarget", ({ sessionId, targetInfo }) => {
    const one = target(sessionId);
    if (targetInfo.type === "page") {
      const isAhead = targetInfo.subtype === "prerender";
      pages.set(targetInfo.targetId, { page: one, isAhead });
    }
    hearOf(one);
    // One that is rendered ahead answers only once it goes on.
    for (const domain of ["Page", "Runtime", "Preload"]) {
      one.send(`${domain}.enable`).catch(() => {});
    }
    ready(one).catch(() => {});
    one.send("Runtime.runIfWaitingForDebugger").then(() => first.resolve())
      .catch(() => {});
  });
  tab.on("Target.targetInfoChanged", ({ targetInfo }) => {
    const one = pages.get(targetInfo.targetId);
    // One that was rendered ahead is shown.
    if (one) one.isAhead = targetInfo.subtype === "prerender";
  });
  tab.on("Target.detachedFromTarget", ({ targetId }) => {
    pages.delete(targetId);
  });
  await tab.send("Target.setAutoAttach", {
    ...{ autoAttach: true, waitForDebuggerOnStart: true, flatten: true },
  });
  await first.promise;

  const ask = async (one: Target | undefined, expression: string) => {
    const answer = one?.send("Runtime.evaluate", {
      ...{ expression, awaitPromise: true, returnByValue: true },
    }).then(({ result }) => result.value, () => undefined);
    const late = Promise.withResolvers<undefined>();
    const timer = setTimeout(late.resolve, PATIENCE);
    // Chromium may lose an answer of a page that goes at that moment.
    return await Promise.race([answer, late.promise])
      .finally(() => clearTimeout(timer));
  };
  const read: Tab["read"] = (expression) => ask(the(false), expression);
  const at = { x: 600, y: 400 };
  const move = (x: number, y: number) =>
    the(false)!.send("Input.dispatchMouseEvent", { type: "mouseMoved", x, y });
  return {
    ahead,
    read,
    readAhead: (expression) => ask(the(true), expression),
    async go(url) {
      await the(false)!.send("Page.navigate", { url });
    },
    async until(expression) {
      const end = Date.now() + PATIENCE;
      while (!await read(expression)) {
        if (Date.now() > end) throw new Error(`Never true: ${expression}`);
        await pause(20);
      }
    },
    async hover(selector) {
      const there = await read<[number, number]>(
        `(() => { const it = document.querySelector(${
          JSON.stringify(selector)
        }); it.scrollIntoView({ block: "nearest" });
        const { x, y, width, height } = it.getBoundingClientRect();
        return [x + width / 2, y + height / 2]; })()`,
      );
      if (!there) throw new Error(`Not there: ${selector}`);
      const [x, y] = there;
      for (let step = 1; step <= STEPS; step++) {
        const part = step / STEPS;
        await move(at.x + (x - at.x) * part, at.y + (y - at.y) * part);
      }
      Object.assign(at, { x, y });
    },
    async mouse(type) {
      const event = { type, ...at, button: "left", clickCount: 1 };
      // A page that is left gives no answer.
      await the(false)!.send("Input.dispatchMouseEvent", event).catch(() => {});
    },
  };
}
