import type { Measured } from "./measuring.ts";

const HEAD = [
  "engine",
  "recordings",
  "words",
  "word error rate",
  "without error",
  "real-time factor",
  "first word",
];

/** What was measured, a line an engine, in Markdown. */
export function tableOf(measured: Measured[]): string {
  const rows = [HEAD, ...measured.map(rowOf)];
  const widths = HEAD.map((_, at) =>
    Math.max(...rows.map((row) => row[at].length))
  );
  const lines = rows.map((row) =>
    `| ${row.map((cell, at) => cell.padEnd(widths[at])).join(" | ")} |`
  );
  const rule = `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`;
  return [lines[0], rule, ...lines.slice(1)].join("\n");
}

function rowOf(measured: Measured): string[] {
  const { engine, heard, failed, said, wrong, clean } = measured;
  const all = heard + failed;
  return [
    engine,
    failed > 0 ? `${all}, ${failed} failed` : String(all),
    String(said),
    said === 0 ? "" : `${(100 * wrong / said).toFixed(1)} %`,
    `${clean} of ${all}`,
    (measured.took / measured.seconds).toFixed(2),
    firstWord(measured.firstWords),
  ];
}

/** The one in the middle, and the slowest. */
function firstWord(times: number[]): string {
  if (times.length === 0) return "none";
  const sorted = times.toSorted((one, other) => one - other);
  const middle = sorted[Math.floor(sorted.length / 2)];
  return `${Math.round(middle)} ms, at most ${Math.round(sorted.at(-1) ?? 0)}`;
}
