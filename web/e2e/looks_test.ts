import { assertEquals } from "@std/assert";
import { createRequire } from "node:module";
import type { Browser, Page } from "playwright-core";
import { openBrowser, openContext } from "./browser.ts";
import { selfieFile } from "./media.ts";
import { eventually } from "./patience.ts";
import { ada, createRoom, grace, invite, live, signUp } from "./people.ts";
import { startStack } from "./stack.ts";

/** Screenshots, for a person to look at; git ignores the folder. */
const SHOTS = new URL("./shots/", import.meta.url);

const WINDOWS = [{ width: 390, height: 844 }, { width: 1280, height: 800 }];

const SCHEMES = ["light", "dark"] as const;

/** Everything WCAG 2.2 AA and good practice ask, or, where only colours changed, what regards those. */
const RULES = {
  light: {
    type: "tag",
    values: [
      ...["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
      "best-practice",
    ],
  },
  dark: { type: "rule", values: ["color-contrast", "link-in-text-block"] },
};

const AXE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

interface Finding {
  id: string;
  nodes: { target: unknown[]; failureSummary: string }[];
}

/** What axe-core, which must be in the page, finds: one line a finding. */
async function findings(page: Page, rules: object): Promise<string[]> {
  const violations = await page.evaluate(async (runOnly) => {
    const { axe } = globalThis as unknown as {
      axe: { run(o: object): Promise<{ violations: Finding[] }> };
    };
    // Else it also describes every element that passed.
    const options = { runOnly, resultTypes: ["violations"] };
    return (await axe.run(options)).violations;
  }, rules) as Finding[];
  return violations.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${id}: ${node.target} ${node.failureSummary}`)
  );
}

/** The widest thing on the page, in pixels beyond the window: 0 unless it scrolls sideways. */
const overflow = (page: Page) =>
  page.evaluate(() =>
    document.documentElement.scrollWidth - document.documentElement.clientWidth
  );

/** The most a page may move: what Web Vitals call good. Paint of a busy browser alone makes 0.04. */
const STEADY = 0.1;

/**
 * How far what is seen moved by itself once the page was there: Cumulative Layout Shift. While it
 * comes, a busy browser paints what it has, and the rest makes room for itself.
 */
const moved = (page: Page) =>
  page.evaluate(() =>
    new Promise<number>((resolve) => {
      new PerformanceObserver((list) => {
        const [navigation] = performance.getEntriesByType("navigation");
        const { domInteractive } = navigation as PerformanceEntry & {
          domInteractive: number;
        };
        const shifts = list.getEntries()
          .filter(({ startTime }) => startTime > domInteractive)
          .map((entry) =>
            (entry as PerformanceEntry & { value: number }).value
          );
        resolve(shifts.reduce((sum, value) => sum + value, 0));
      }).observe({ type: "layout-shift", buffered: true });
      // Where nothing moved, it never calls.
      setTimeout(() => resolve(0), 200);
    })
  );

/** What is missing on paper, where a room is no window to scroll in, and what is too much. */
async function unprinted(page: Page): Promise<string[]> {
  await page.emulateMedia({ media: "print" });
  const cut = await page.locator(".scroller").evaluate((box) =>
    box.scrollHeight - box.clientHeight
  );
  const composer = await page.locator(".composer").isVisible();
  return [
    ...(cut > 0 ? [`${cut} px of the messages are not printed`] : []),
    ...(composer ? ["The composer is printed"] : []),
  ];
}

async function messages(room: string, page: Page, count: number) {
  const id = room.split("/").pop();
  for (let i = 0; i < count; i++) {
    const response = await page.request.post("/api/messages", {
      data: {
        roomId: id,
        clientId: `m${i}`,
        content: [
          "A first thought about the engine.",
          "A longer one, to see how lines break when somebody explains at length what they mean, with a link: https://example.com/a/very/long/path/that/has/to/wrap/somewhere/or/other",
          "مرحبا، هذه رسالة من اليمين إلى اليسار",
          "Wordwithoutanyspaces".repeat(8),
        ][i % 4],
      },
    });
    assertEquals(response.status(), 201);
  }
}

/** Asks for a new password; gives the path of the link in the e-mail. */
async function forget(page: Page, email: string): Promise<string> {
  await page.goto("/login/forgot");
  await page.getByLabel("E-mail").fill(email);
  await page.getByRole("button", { name: "Send the link" }).click();
  await page.getByRole("heading", { name: "Check your e-mail" }).waitFor();
  const mail = page.getByRole("link").filter({ hasText: `to ${email}` })
    .filter({ hasText: "Choose a new" });
  // It leaves after the answer, which tells nobody whether there is such an account.
  await eventually(async () => {
    await page.goto("/outbox");
    return await mail.count() || undefined;
  }, () => `No e-mail to ${email}`);
  await mail.first().click();
  const link = page.getByRole("link", { name: /\/login\/reset\// });
  return new URL((await link.getAttribute("href"))!).pathname;
}

Deno.test({
  name: "every page passes axe, fits its window and has its pictures taken",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn(t) {
    const folder = await Deno.makeTempDir({ prefix: "chatsphere-media-" });
    await Deno.mkdir(SHOTS, { recursive: true });
    // A room is filled faster here than people write.
    const stack = await startStack({ MESSAGE_BURST: "1000" });
    const browser: Browser = await openBrowser();
    try {
      const first = await openContext(browser, stack.url);
      const page = await first.context.newPage();
      await signUp(page, ada, { file: await selfieFile(folder, "ada") });
      const empty = await createRoom(page, "Nothing said yet");
      const long = "A room whose name is quite a bit longer than most";
      const short = await createRoom(page, "A word or two");
      await messages(short, page, 6);
      const full = await createRoom(page, long);
      await messages(full, page, 60);
      await invite(page, full, grace.email);
      await page.goto("/outbox");
      const mail = await page.getByRole("link").filter({
        hasText: grace.email,
      }).getAttribute("href");
      await page.goto(mail!);
      const link = await page.getByRole("link", { name: /\/invitations\// })
        .getAttribute("href");
      const storageState = await first.context.storageState();
      const visitor = await openContext(browser, stack.url);
      const reset = await forget(await visitor.context.newPage(), ada.email);
      await visitor.context.close();

      const open = [
        "/",
        "/docs",
        "/register",
        "/login",
        "/login/forgot",
        reset,
        "/nothing-here",
      ];
      // For somebody whose password was right.
      const between = ["/login/face", "/login/code"];
      const inside = [
        "/rooms",
        empty,
        short,
        full,
        `${full}/members`,
        `${full}/search?q=thought`,
        `${full}/around/30`,
        new URL(link!).pathname,
        "/account",
        "/account/face",
        "/outbox",
        mail!,
      ];
      const names = new Map([
        [empty, "room-empty"],
        [short, "room-short"],
        [full, "room"],
        [`${full}/members`, "members"],
        [`${full}/search?q=thought`, "search"],
        [`${full}/around/30`, "around"],
        [mail!, "mail"],
        [new URL(link!).pathname, "invitation"],
        ["/", "landing"],
        [reset, "login-reset"],
      ]);
      const axe = await Deno.readTextFile(AXE);
      for (const viewport of WINDOWS) {
        await t.step(`${viewport.width} pixels wide`, async () => {
          // Colours that are still changing would be measured on their way.
          const screen = { viewport, reducedMotion: "reduce" } as const;
          const out = await openContext(browser, stack.url, screen);
          const own = await openContext(browser, stack.url, {
            ...screen,
            storageState,
          });
          const half = await openContext(browser, stack.url, screen);
          const { email, password } = ada;
          const asked = await half.context.request.post("/api/login", {
            data: { email, password },
          });
          assertEquals(asked.status(), 202);
          const found: string[] = [];
          for (const path of [...open, ...between, ...inside]) {
            const { context } = inside.includes(path)
              ? own
              : between.includes(path)
              ? half
              : out;
            const page = await context.newPage();
            await page.goto(path);
            assertEquals(new URL(page.url()).pathname, path.split("?")[0]);
            if ([empty, short, full].includes(path)) await live(page);
            const shift = await moved(page);
            if (shift > STEADY) found.push(`${path} moves by ${shift}`);
            const beyond = await overflow(page);
            if (beyond > 0) found.push(`${path} is ${beyond} px too wide`);
            await page.evaluate(axe);
            const name = names.get(path) ?? path.slice(1).replace("/", "-");
            for (const colorScheme of SCHEMES) {
              await page.emulateMedia({ colorScheme });
              const file = `${name}-${viewport.width}-${colorScheme}.png`;
              await page.screenshot({
                path: new URL(file, SHOTS).pathname,
                fullPage: true,
              });
              for (const finding of await findings(page, RULES[colorScheme])) {
                found.push(`${path} ${colorScheme} ${finding}`);
              }
            }
            if (path === full) found.push(...await unprinted(page));
            await page.close();
          }
          assertEquals(found, []);
          for (const { context, problems } of [out, half, own]) {
            assertEquals(problems, []);
            await context.close();
          }
        });
      }
    } finally {
      await browser.close();
      await stack.close();
      await Deno.remove(folder, { recursive: true });
    }
  },
});
