/** Totals of a JUnit report, as `deno test` and `bun test` write them. */
export interface Totals {
  passed: number;
  failed: number;
  skipped: number;
}

/**
 * Counts the test cases of a report.
 * @param xml the report, or undefined when the suite wrote none: that counts as one failure.
 */
export function totals(xml: string | undefined): Totals {
  const count: Totals = { passed: 0, failed: 0, skipped: 0 };
  if (xml === undefined) return { ...count, failed: 1 };
  const cases = xml.matchAll(
    /<testcase\b[^>]*?(?:\/>|>([\s\S]*?)<\/testcase>)/g,
  );
  for (const [, inside = ""] of cases) {
    if (/<(failure|error)\b/.test(inside)) count.failed++;
    else if (/<skipped\b/.test(inside)) count.skipped++;
    else count.passed++;
  }
  return count;
}

/** The sum of several suites. */
export function sum(all: Totals[]): Totals {
  return all.reduce((a, b) => ({
    passed: a.passed + b.passed,
    failed: a.failed + b.failed,
    skipped: a.skipped + b.skipped,
  }), { passed: 0, failed: 0, skipped: 0 });
}

/** The closing line: `N passed, N failed`, and `, N skipped` when some were. */
export function closingLine({ passed, failed, skipped }: Totals): string {
  const tail = skipped > 0 ? `, ${skipped} skipped` : "";
  return `${passed} passed, ${failed} failed${tail}`;
}
