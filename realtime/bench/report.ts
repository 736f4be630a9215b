import type { Report } from "./generator.ts";
import { median, noise, ratio, table } from "./stats.ts";

/** The reports of each server, in the order of the rounds. */
export type Results = Map<string, Report[]>;

const rate = ({ deliveries, seconds }: Report) => deliveries / seconds;
const rates = (results: Results | undefined, name: string) =>
  results?.get(name)?.map(rate) ?? [];

/** How many times as many deliveries one had as the other, as text. */
export function times(
  results: Results | undefined,
  ours: string,
  theirs: string,
): string {
  const value = ratio(rates(results, ours), rates(results, theirs));
  return Number.isNaN(value) ? "–" : value.toFixed(2);
}

const PEERS = [
  ...["bun", "ws", "socket.io", "socket.io+write"],
  ...["redis-before", "sqlite-before"],
];

/** A scenario's table; the CPU is in microseconds for each delivery. */
export function scenarioTable(results: Results): string {
  const peers = PEERS.filter((peer) => results.has(peer));
  const head = ["", "deliveries/s", "±%", "server µs", "store µs"];
  head.push("generator %", "p50 ms", "p99 ms", "lost", "twice");
  const rows = [[...head, ...peers.map((peer) => `× ${peer}`)]];
  for (const [name, reports] of results) {
    const middle = (of: (report: Report) => number) => median(reports.map(of));
    const sum = (of: (report: Report) => number) =>
      reports.reduce((total, report) => total + of(report), 0);
    const each = (cpu: (report: Report) => number) =>
      middle((report) => cpu(report) * 1e6 / report.deliveries).toFixed(2);
    const busy = middle((r) => r.generatorCpu / r.seconds * 100);
    rows.push([
      name,
      Math.round(middle(rate)).toLocaleString("en"),
      String(noise(reports.map(rate))),
      each(({ serverCpu }) => serverCpu),
      each(({ storeCpu }) => storeCpu),
      busy.toFixed(0),
      middle(({ p50 }) => p50).toFixed(1),
      middle(({ p99 }) => p99).toFixed(1),
      String(sum(({ lost }) => lost)),
      String(sum(({ duplicated }) => duplicated)),
      ...peers.map((peer) => times(results, name, peer)),
    ]);
  }
  return table(rows);
}

/** The ratios of one of our stores in both scenarios that have targets. */
export function ratios(
  all: Map<string, Results>,
  ours: "redis" | "sqlite",
): string {
  return ["fanout", "rooms"].map((scenario) => {
    const to = (peer: string) => times(all.get(scenario), ours, peer);
    return `${scenario} ${to("bun")} of bun, ${to("ws")} x ws, ${
      to("socket.io+write")
    } x socket.io`;
  }).join("; ");
}
