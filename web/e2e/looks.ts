/** What is looked at on every page: what axe finds, what is too wide, what moves, what is not printed. */
import { createRequire } from "node:module";
import type { Frame, Page } from "playwright-core";
import { eventually } from "./patience.ts";

/** Everything WCAG 2.2 AA and good practice ask, or, where only colours changed, what regards those. */
export const RULES = {
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

const axe = await Deno.readTextFile(AXE);

/** What axe-core finds on the page and in its frames: one line a finding. */
export async function findings(
  page: Page,
  scheme: keyof typeof RULES,
): Promise<string[]> {
  const found: string[] = [];
  for (const frame of page.frames()) {
    await frame.evaluate(axe);
    const violations = await frame.evaluate(async (runOnly) => {
      // Colours that change are on their way for a moment, and then neither the old nor the new ones.
      for (const one of document.getAnimations()) {
        if (one instanceof CSSTransition) one.finish();
      }
      const { axe } = globalThis as unknown as {
        axe: { run(o: object): Promise<{ violations: Finding[] }> };
      };
      // Where the page may run no script, nothing that was put off is done.
      const { setTimeout: real } = globalThis;
      globalThis.setTimeout = ((work: () => void) => {
        Promise.resolve().then(work);
      }) as unknown as typeof setTimeout;
      // Else it also describes every element that passed.
      const options = { runOnly, iframes: false, resultTypes: ["violations"] };
      const { violations } = await axe.run(options);
      globalThis.setTimeout = real;
      return violations;
    }, RULES[scheme]) as Finding[];
    found.push(
      ...violations.flatMap(({ id, nodes }) =>
        nodes.map((node) => `${id}: ${node.target} ${node.failureSummary}`)
      ),
    );
  }
  return found;
}

/**
 * The widest thing on the page, in pixels beyond the window: 0 unless it scrolls sideways. A page may
 * have been read to its end before its styles came.
 */
export const overflow = (page: Page | Frame): Promise<number> =>
  eventually(
    () =>
      page.evaluate(() => {
        const { scrollWidth, clientWidth } = document.documentElement;
        const sheets = document.querySelectorAll<HTMLLinkElement>(
          "link[rel=stylesheet]",
        );
        const isStyled = [...sheets].every(({ sheet }) => sheet);
        return isStyled ? scrollWidth - clientWidth : undefined;
      }),
    () => "The styles of the page did not come",
  );

/** What stands in empty fields that are too narrow for it. */
export const cutPlaceholders = (page: Page | Frame) =>
  page.evaluate(() => {
    const pen = document.createElement("canvas").getContext("2d")!;
    return [...document.querySelectorAll<HTMLInputElement>("[placeholder]")]
      .filter((field) => {
        const style = getComputedStyle(field);
        pen.font = style.font;
        const room = field.clientWidth - parseFloat(style.paddingLeft) -
          parseFloat(style.paddingRight);
        return field.clientWidth > 0 &&
          pen.measureText(field.placeholder).width > room;
      })
      .map(({ placeholder }) => `“${placeholder}” is cut`);
  });

/** The most a page may move: what Web Vitals call good. Paint of a busy browser alone makes 0.04. */
export const STEADY = 0.1;

/**
 * How far what is seen moved by itself once the page was there: Cumulative Layout Shift. While it
 * comes, a busy browser paints what it has, and the rest makes room for itself.
 */
export const moved = (page: Page) =>
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
export async function unprinted(page: Page): Promise<string[]> {
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
