import type { PairCounts } from "./pairs.ts";
import type { Photos } from "./photos.ts";
import { interval, oneIn, percent, type Tally } from "./rates.ts";

/** What was counted at a threshold, over all and in each group. */
export function reportOf(
  what: string,
  threshold: number,
  { genuine, impostor, groups }: PairCounts,
): string {
  const lines = [
    `${what}: up to ${threshold}`,
    line("all", impostor, genuine),
  ];
  for (const [name, group] of groups) {
    lines.push(line(name, group.impostor, group.genuine));
  }
  return lines.join("\n");
}

function line(name: string, impostor: Tally, genuine: Tally): string {
  const [low, high] = interval(genuine).map(percent);
  return `  ${name}: FMR ${
    oneIn(impostor)
  } (${impostor.errors} of ${impostor.of}, ` +
    `${lowerBound(impostor)} to ${upperBound(impostor)}), FNMR ${
      percent(genuine.errors / Math.max(1, genuine.of))
    } (of ${genuine.of}, ${low} to ${high})`;
}

/** The last line: what there was, and how often it went wrong. */
export function summaryOf(
  { people, all, usable }: Photos,
  { genuine, impostor, groups }: PairCounts,
): string {
  const refused = percent((all - usable.length) / Math.max(1, all));
  const parts = [
    `faces: ${people} people`,
    `${all} photos`,
    `refused ${refused}`,
    `FMR ${oneIn(impostor)} (upper bound ${upperBound(impostor)})`,
    `FNMR ${percent(genuine.errors / Math.max(1, genuine.of))}`,
  ];
  const [worst] = [...groups].toSorted(([, a], [, b]) =>
    interval(b.impostor)[1] - interval(a.impostor)[1]
  );
  parts.push(
    worst
      ? `worst group ${worst[0]} FMR ${oneIn(worst[1].impostor)}`
      : "no groups",
  );
  return parts.join(", ");
}

function lowerBound(tally: Tally): string {
  const [low] = interval(tally);
  return low === 0 ? "0" : `1/${Math.ceil(1 / low)}`;
}

function upperBound(tally: Tally): string {
  return `1/${Math.floor(1 / interval(tally)[1])}`;
}
