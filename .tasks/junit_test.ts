import { assertEquals } from "@std/assert";
import { closingLine, sum, totals } from "./junit.ts";

const DENO = `<?xml version="1.0"?><testsuites tests="3"><testsuite name="a">
<testcase name="one" time="0.1"/>
<testcase name="two" time="0.1"><failure message="no">at x</failure></testcase>
<testcase name="three"><skipped/></testcase></testsuite></testsuites>`;

Deno.test("a report is counted by its test cases", () => {
  assertEquals(totals(DENO), { passed: 1, failed: 1, skipped: 1 });
});

Deno.test("bun nests its suites, and the count is the same", () => {
  const xml = `<testsuites><testsuite><testsuite>
    <testcase name="a" line="3" /><testcase name="b"></testcase>
    <testcase name="c"><error type="x"/></testcase></testsuite></testsuite></testsuites>`;
  assertEquals(totals(xml), { passed: 2, failed: 1, skipped: 0 });
});

Deno.test("a suite without a report counts as a failure", () => {
  assertEquals(totals(undefined), { passed: 0, failed: 1, skipped: 0 });
});

Deno.test("the closing line names skipped tests only when there are some", () => {
  const all = sum([totals(DENO), totals(undefined)]);
  assertEquals(closingLine(all), "1 passed, 2 failed, 1 skipped");
  assertEquals(
    closingLine({ passed: 4, failed: 0, skipped: 0 }),
    "4 passed, 0 failed",
  );
});
