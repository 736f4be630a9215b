/** Measures first visits, checkout by checkout in turns, so that noise meets all alike. */
import { median, noise, table } from "../../../realtime/bench/stats.ts";
import { openBrowser } from "../../e2e/browser.ts";
import { openTabBrowser } from "../../e2e/tabs.ts";
import { openStage, type Stage } from "./stage.ts";
import { clickToPaint, DESK, firstVisit, PHONE } from "./visit.ts";

/** What is measured, in ms, and what it is to be at most. */
const FIGURES = {
  paint: ["room, first contentful paint", 1_200],
  live: ["room, live", 1_800],
  blocking: ["room, total blocking time", 150],
  longest: ["room, longest task", 50],
  click: ["click to paint, phone", 500],
  deskPaint: ["room, first contentful paint, desk", NaN],
  deskLive: ["room, live, desk", NaN],
  deskClick: ["click to paint, desk", 150],
} as const;

type Figure = keyof typeof FIGURES;
type Round = Record<Figure, number>;

export interface FirstVisits {
  /** Checkouts by what they are called. */
  of: Record<string, Round[]>;
  /** As text, with medians and spread. */
  table: string;
}

/**
 * Opens rooms as somebody who was never here does: on a phone with slow 4G and a sixth of this
 * processor, and as this machine is.
 *
 * @param checkouts absolute paths, by what they are called
 */
export async function firstVisits(
  checkouts: Record<string, string>,
  rounds = 5,
  write: (line: string) => void = console.log,
): Promise<FirstVisits> {
  const stages: [string, Stage][] = [];
  const of: Record<string, Round[]> = {};
  const browser = await openBrowser();
  const tabs = await openTabBrowser();
  try {
    for (const [name, path] of Object.entries(checkouts)) {
      const stage = await openStage(path);
      stages.push([name, stage]);
      of[name] = [];
      // What it reads now is read ever after, and nothing is compiled for the first time.
      for (const pace of [DESK, PHONE]) {
        await firstVisit(browser, { ...stage }, pace);
        await clickToPaint(tabs, stage, pace);
      }
    }
    for (let round = 1; round <= rounds; round++) {
      for (const [name, stage] of stages) {
        const phone = await firstVisit(browser, stage, PHONE);
        const desk = await firstVisit(browser, stage, DESK);
        const one: Round = {
          ...phone,
          click: await clickToPaint(tabs, stage, PHONE),
          deskPaint: desk.paint,
          deskLive: desk.live,
          deskClick: await clickToPaint(tabs, stage, DESK),
        };
        of[name].push(one);
        const figures = Object.entries(one).map(([figure, ms]) =>
          `${figure} ${Math.round(ms)}`
        );
        write(`${round} ${name}: ${figures.join(", ")}`);
      }
    }
  } finally {
    await browser.close();
    await tabs.close();
    for (const [, stage] of stages) await stage.close();
  }
  return { of, table: asTable(of) };
}

function asTable(of: FirstVisits["of"]): string {
  const names = Object.keys(of);
  const rows = Object.entries(FIGURES).map(([figure, [title, most]]) => [
    title,
    ...names.map((name) => {
      const values = of[name].map((round) => round[figure as Figure]);
      return `${Math.round(median(values))} ms ±${noise(values) || 0} %`;
    }),
    most ? `${most} ms` : "",
  ]);
  return table([["", ...names, "at most"], ...rows]);
}
