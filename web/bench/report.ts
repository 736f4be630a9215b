import { median, noise, ratio, table } from "../../realtime/bench/stats.ts";
import type { Run, Subject } from "./measure.ts";
import type { Scenario } from "./scenarios.ts";

/** The runs of each subject, in the order of the rounds, and one of a single connection each. */
export type Results = Partial<
  Record<Subject["name"], { runs: Run[]; alone: Run }>
>;

const rates = (results: Results, name: Subject["name"]): number[] =>
  results[name]?.runs.map(({ answers, seconds }) => answers / seconds) ?? [];

/** The share of the floor's answers, by runs that were made next to each other. */
export const shareOf = (results: Results): number =>
  ratio(rates(results, "ours"), rates(results, "floor"));

/** How many times as many answers as before. */
export const timesOf = (results: Results): number =>
  ratio(rates(results, "ours"), rates(results, "before"));

const text = (value: number): string =>
  Number.isNaN(value) ? "–" : value.toFixed(2);

/** The table of one page. */
export function scenarioTable(results: Results): string {
  const head = ["", "of floor", "× before", "answers/s", "±%", "p50 ms"];
  head.push("p99 ms", "alone p50", "CPU µs", "behind µs", "client %", "bytes");
  const rows = [head];
  for (const [name, measured] of Object.entries(results)) {
    const { runs, alone } = measured;
    const middle = (of: (run: Run) => number) => median(runs.map(of));
    const each = (cpu: (run: Run) => number) =>
      middle((run) => cpu(run) * 1e6 / run.answers).toFixed(0);
    const own = rates(results, name as Subject["name"]);
    rows.push([
      name,
      name === "ours" ? text(shareOf(results)) : "",
      name === "ours" ? text(timesOf(results)) : "",
      Math.round(median(own)).toLocaleString("en"),
      String(noise(own)),
      middle(({ p50 }) => p50).toFixed(1),
      middle(({ p99 }) => p99).toFixed(1),
      alone.p50.toFixed(2),
      each(({ server }) => server),
      each(({ behind }) => behind),
      middle(({ cpu, seconds }) => cpu / seconds * 100).toFixed(0),
      String(runs[0].bytes),
    ]);
  }
  return table(rows);
}

/** The last line, by what each scenario is called in it; what was left out is a dash. */
export function lastLine(all: Map<Scenario, Results>): string {
  const of = (short: Scenario["short"]) =>
    [...all].find(([scenario]) => scenario.short === short)?.[1] ?? {};
  const share = (short: Scenario["short"]) =>
    `${short} ${text(shareOf(of(short)))}`;
  const shares = (["landing", "room", "rooms", "api", "post"] as const)
    .map(share).join(", ");
  return `pages: ${shares} of the floor; room ${
    text(timesOf(of("room")))
  } times before`;
}
